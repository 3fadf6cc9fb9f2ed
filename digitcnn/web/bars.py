"""The probabilities of an answer as bars, in HTML: they move with the pen, and need no chart library."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from digitcnn.recognition.reading import Digit
from digitcnn.web.text import format_percent

_NO_DIGIT = "none"
"""Label of the eleventh bar: the probability that the ink is not a digit."""


def show_bars(digit: Digit | None, *, alt: str) -> None:
    """Shows a bar per digit and one for "not a digit"; empty bars where there is no ink yet.

    Their heights are the probabilities of the eleven answers: the answer's bar is its confidence.

    Args:
        digit: the answer.
        alt: describes the bars for those who cannot see them.
    """
    if digit is None:
        shares, answer = [0.0] * 11, None
    else:
        shares = [*(digit.digit_probability * digit.probabilities).tolist(), 1.0 - digit.digit_probability]
        answer = 10 if digit.refused else digit.nearest
    show_shares(shares, answer, alt=alt)


def show_shares(shares: Sequence[float], answer: int | None, *, alt: str) -> None:
    """Shows a bar per share, 0-1, the one of number `answer` in the color of ink."""
    bars = "".join(_bar_html(number, share, number == answer) for number, share in enumerate(shares))
    st.html(f'<div class="bars" role="img" aria-label="{escape(alt)}">{bars}</div>')


def _bar_html(number: int, share: float, is_answer: bool) -> str:
    name = str(number) if number < 10 else _NO_DIGIT
    kind = ' class="best"' if is_answer else ""
    return (
        f'<span{kind} title="{name}: {format_percent(share)}">'
        f'<i><b style="transform: scaleY({share:.4f})"></b></i>{name}</span>'
    )
