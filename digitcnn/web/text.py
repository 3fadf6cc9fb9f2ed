"""Figures and answers as words, and text from elsewhere in Markdown."""

import re
from collections.abc import Mapping, Sequence

SURENESS = (
    (0.99, "very sure"),
    (0.9, "sure"),
    (0.7, "fairly sure"),
    (0.5, "not so sure"),
    (0.0, "guessing"),
)
"""The lowest confidence that each phrase stands for."""

_MARKUP = re.compile(r"([!-/:-@\[-`{-~])")


def escape_markdown(text: str) -> str:
    """Text on one line, escaped so that Markdown shows every character of it as it is."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def format_confidence(confidence: float) -> str:
    """A confidence, a fraction 0-1, in words."""
    return next(words for lowest, words in SURENESS if confidence >= lowest)


def format_percent(fraction: float) -> str:
    """A confidence, a fraction 0-1, as a percentage; no model is certain, so none reads as 100 % or 0 %."""
    if fraction >= 0.9995:
        return "over 99.9 %"
    if fraction < 0.0005:
        return "under 0.1 %"
    return f"{fraction * 100:.1f} %"


def format_accuracy(fraction: float | None) -> str:
    """A measured accuracy, a fraction 0-1; a dash where there is none."""
    return "–" if fraction is None else f"{fraction * 100:.2f} %"


def format_agreement(labels: Mapping[str, int | str | None]) -> str:
    """The answers of several models to the same drawing, in one sentence.

    Args:
        labels: per model its digit or number, or None where it refused.

    Returns:
        "" for a single model.
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
    """Words as a list: "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _format_side(models: Sequence[str], label: int | str | None) -> str:
    plural = len(models) > 1
    if label is None:
        return f"{join_words(models)} {'refuse' if plural else 'refuses'} it"
    return f"{join_words(models)} {'read' if plural else 'reads'} {label}"
