"""What a preset is said to reach, beside what was measured."""

import re

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)(?: to (\d+(?:\.\d+)?))? %")
_CLOSE = 0.3
"""Percentage points: two trainings of one recipe with other seeds lie about so far apart."""


def judge_claim(claim: str, accuracy: float) -> str:
    """Whether a measured accuracy keeps a preset's claim, in a sentence; "" where that is no figure.

    Args:
        claim: such as "98.95 %, loss 0.0345" or "98 to 99 %".
        accuracy: on the test images, a fraction 0-1.
    """
    found = _PERCENT.search(claim)
    if not found:
        return ""
    low, high = float(found[1]), float(found[2] or found[1])
    measured = round(accuracy * 100, 2)
    if measured < low:
        short = low - measured
        luck = " Another seed may make as much of a difference." if short <= _CLOSE else ""
        return f"Measured here: {measured:.2f} %, {short:.2f} points below its claim.{luck}"
    if measured <= high:
        return f"Measured here: {measured:.2f} %, as claimed."
    return f"Measured here: {measured:.2f} %, {measured - high:.2f} points above its claim."
