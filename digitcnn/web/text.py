"""How figures and answers are said on a page."""

from collections.abc import Mapping, Sequence

SURENESS = (
    (0.99, "very sure"),
    (0.9, "sure"),
    (0.7, "fairly sure"),
    (0.5, "not so sure"),
    (0.0, "guessing"),
)
"""From which confidence on an answer is called what."""


def format_confidence(confidence: float) -> str:
    """A confidence, a fraction 0-1, in words."""
    return next(words for least, words in SURENESS if confidence >= least)


def format_percent(fraction: float) -> str:
    """A confidence, a fraction 0-1, as a percentage; no model is certain, so none reads as 100 % or 0 %."""
    if fraction >= 0.9995:
        return "over 99.9 %"
    if fraction < 0.0005:
        return "under 0.1 %"
    return f"{fraction * 100:.1f} %"


def format_agreement(labels: Mapping[str, int | str | None]) -> str:
    """What several models made of the same drawing, in one sentence.

    Args:
        labels: per model its digit or number, or None where it refused.

    Returns:
        "" for a single model, which has nobody to agree with.
    """
    if len(labels) < 2:
        return ""
    readings: dict[int | str | None, list[str]] = {}
    for model, label in labels.items():
        readings.setdefault(label, []).append(model)
    if len(readings) == 1:
        number = "Both" if len(labels) == 2 else f"All {len(labels)}"
        (label,) = readings
        return f"{number} models refuse it." if label is None else f"{number} models read {label}."
    sides = [_format_side(models, label) for label, models in readings.items()]
    return f"They disagree: {'; '.join(sides)}."


def join_words(words: Sequence[str]) -> str:
    """Words as a list is said: "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _format_side(models: Sequence[str], label: int | str | None) -> str:
    plural = len(models) > 1
    if label is None:
        return f"{join_words(models)} {'refuse' if plural else 'refuses'} it"
    return f"{join_words(models)} {'read' if plural else 'reads'} {label}"
