"""The probabilities of an answer as bars, in HTML: they move with the pen, and need no chart library."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from digitcnn.classes import DIGITS
from digitcnn.recognition.reading import Digit
from digitcnn.web.text import format_percent

_NO_DIGIT = "none"
"""Label of the last bar: the probability that the ink is not a digit."""

MAX_BARS = 12
"""Of more classes, the likeliest are shown, in their order."""

_MAX_SHORT = 4
"""Letters of a name that fits below a bar; bars of longer names lie beside them."""


def show_bars(digit: Digit | None, classes: tuple[str, ...] = DIGITS, *, alt: str) -> None:
    """Shows a bar per digit and one for "not a digit"; empty bars where there is no ink yet.

    Their heights are the probabilities of all answers: the answer's bar is its confidence. A model of other
    classes has bars for these, and none for "not a digit".

    Args:
        digit: the answer.
        classes: of the model that gives it.
        alt: describes the bars for those who cannot see them.
    """
    names = (*classes, _NO_DIGIT) if classes == DIGITS else classes
    if digit is None:
        shares, answer = [0.0] * len(names), None
    else:
        shares = [*(digit.digit_probability * digit.probabilities).tolist(), 1.0 - digit.digit_probability]
        answer = len(classes) if digit.refused else digit.nearest
    show_shares(shares[: len(names)], answer, names, alt=alt)


def show_shares(
    shares: Sequence[float], answer: int | None, names: Sequence[str] = DIGITS, *, alt: str
) -> None:
    """Shows a bar per share, 0-1, each over its name, the one of number `answer` in the color of ink."""
    likeliest = sorted(range(len(shares)), key=lambda at: -shares[at])[:MAX_BARS]
    bars = "".join(_bar_html(names[at], shares[at], at == answer) for at in sorted(likeliest))
    kind = "bars words" if max(map(len, names)) > _MAX_SHORT else "bars"
    st.html(f'<div class="{kind}" role="img" aria-label="{escape(alt)}">{bars}</div>')


def _bar_html(text: str, share: float, is_answer: bool) -> str:
    name = escape(text)
    kind = ' class="best"' if is_answer else ""
    return (
        f'<span{kind} title="{name}: {format_percent(share)}">'
        f'<i><b style="--share: {share:.4f}"></b></i>{name}</span>'
    )
