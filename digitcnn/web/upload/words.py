"""What the Upload page says of a reading, and how names of files are said."""

import re
from html import escape

from digitcnn.recognition.reading import Digit
from digitcnn.recognition.results import DOUBTFUL_BELOW, FileResult, is_doubtful
from digitcnn.web.text import format_percent

_MARKUP = re.compile(r"([!-/:-@\[-`{-~])")
_SIZES = ((3, "8rem"), (5, "6rem"), (7, "4.5rem"), (10, "3.25rem"), (16, "2.25rem"))
"""Up to how many digits in the longest line a number is set in which size."""


def as_text(words: str) -> str:
    """Words that may hold markup, for a place that takes Markdown: they are shown as they are."""
    return _MARKUP.sub(r"\\\1", " ".join(words.split()))


def reading_html(result: FileResult) -> str:
    """The number, large, doubtful digits underlined; words without digits where there is none."""
    lines = [
        [_digit_html(digit, typed=index in result.typed) for index, digit in line if digit.label is not None]
        for line in _numbered_lines(result)
    ]
    lines = [line for line in lines if line]
    if not lines:
        inked = bool(result.reading.digits)
        words = "The ink here doesn't look like digits" if inked else "I find no digit in this picture"
        return f'<p class="words">{words}</p>'
    longest = max(map(len, lines))
    size = next((size for most, size in _SIZES if longest <= most), "1.5rem")
    if len(lines) > 3:
        size = min(size, "2.25rem", key=lambda value: float(value.removesuffix("rem")))
    return f'<p class="read" style="font-size: {size}">{"<br>".join(map("".join, lines))}</p>'


def format_result(result: FileResult) -> str:
    """Under the number: how sure, what is underlined, what was left out."""
    digits = result.reading.digits
    parts = []
    if (lowest := result.lowest_confidence) is not None:
        count = len(result.read_digits)
        parts.append(
            f"{format_percent(lowest)} sure."
            if count == 1
            else f"{count} digits; the least sure one {format_percent(lowest)}."
        )
    doubtful = sum(is_doubtful(digit) for index, digit in enumerate(digits) if index not in result.typed)
    if doubtful:
        parts.append(f"Underlined: less than {DOUBTFUL_BELOW:.0%} sure.".replace("%", " %"))
    if result.typed:
        answers = "answer is" if len(result.typed) == 1 else "answers are"
        parts.append(f"{len(result.typed)} {answers} yours.")
    refused = sum(digit.label is None for digit in digits)
    if refused and result.read_digits:
        pieces = "piece of ink doesn't" if refused == 1 else "pieces of ink don't"
        parts.append(f"{refused} {pieces} look like a digit and {'is' if refused == 1 else 'are'} left out.")
    return " ".join(parts)


def format_digit(digit: Digit, *, typed: bool) -> str:
    """A digit's answer with its confidence, in few words."""
    if digit.label is None:
        return "no digit"
    return f"{digit.label}, yours" if typed else f"{digit.label}, {format_percent(digit.confidence)}"


def describe_picture(result: FileResult) -> str:
    """What the annotated picture shows, for those who can't see it."""
    text = result.reading.text.replace("\n", ", ")
    count = len(result.reading.digits)
    boxes = f"{count} {'box' if count == 1 else 'boxes'}"
    return f"{result.path} with {boxes} drawn around its ink, read as {text or 'nothing'}"


def strip_html(result: FileResult, pictures: list[str]) -> str:
    """The digits as the model saw them, each over its answer.

    Args:
        result: what was read.
        pictures: an address per digit, of as many digits as are shown.
    """
    count = len(result.reading.digits)
    figures = []
    for index, (digit, picture) in enumerate(zip(result.reading.digits, pictures, strict=False)):
        said = format_digit(digit, typed=index in result.typed)
        answer, _, rest = said.partition(", ")
        kind = "doubt" if is_doubtful(digit) and index not in result.typed else "sure"
        alt = f"Digit {index + 1} of {count} as the model saw it: {said}"
        caption = f'<b class="{kind}">{escape(answer)}</b> <span>{escape(rest)}</span>'
        image = f'<img src="{escape(picture)}" alt="{escape(alt)}">'
        figures.append(f"<figure>{image}<figcaption>{caption}</figcaption></figure>")
    return f'<div class="strip">{"".join(figures)}</div>'


def _digit_html(digit: Digit, *, typed: bool) -> str:
    said = escape(format_digit(digit, typed=typed).partition(", ")[2])
    if typed:
        return f'<span class="typed" title="{said}">{digit.label}</span>'
    if is_doubtful(digit):
        return f'<u title="{said}">{digit.label}</u>'
    return f'<span title="{said}">{digit.label}</span>'


def _numbered_lines(result: FileResult) -> list[list[tuple[int, Digit]]]:
    numbered = iter(enumerate(result.reading.digits))
    return [[next(numbered) for _ in line] for line in result.reading.lines]
