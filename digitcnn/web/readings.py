"""How a reading is shown on Draw and Upload: the number, its confidence in words, and the strip of digits."""

from collections.abc import Callable, Sequence
from html import escape

from digitcnn.recognition.reading import Digit
from digitcnn.recognition.results import DOUBTFUL_BELOW, FileResult, is_doubtful
from digitcnn.web.images import figure_html
from digitcnn.web.text import format_percent


def number_html(result: FileResult, font_size: Callable[[int, int], float]) -> str:
    """The number as a paragraph, doubtful digits underlined; "" where no digit was read.

    Args:
        result: of a file or a drawing.
        font_size: in rem, given the digits of the longest line and the number of lines.
    """
    numbered = iter(enumerate(result.reading.digits))
    lines = [
        [
            _digit_html(digit, is_typed=index in result.typed)
            for index, digit in [next(numbered) for _ in line]
            if digit.label is not None
        ]
        for line in result.reading.lines
    ]
    lines = [line for line in lines if line]
    if not lines:
        return ""
    size = font_size(max(map(len, lines)), len(lines))
    return f'<p class="number" style="font-size: {size:.3g}rem">{"<br>".join(map("".join, lines))}</p>'


def format_result(result: FileResult) -> str:
    """The line under the number: its confidence, what the underlines mean, and what was left out."""
    digits = result.reading.digits
    sentences = []
    if (lowest := result.lowest_confidence) is not None:
        count = len(result.read_digits)
        sentences.append(
            f"{format_percent(lowest)} sure."
            if count == 1
            else f"{count} digits; the least sure one {format_percent(lowest)}."
        )
    if any(is_doubtful(digit) for index, digit in enumerate(digits) if index not in result.typed):
        sentences.append(f"Underlined: less than {DOUBTFUL_BELOW:.0%} sure.".replace("%", " %"))
    if result.typed:
        answers = "answer is" if len(result.typed) == 1 else "answers are"
        sentences.append(f"{len(result.typed)} {answers} yours.")
    refused = sum(digit.label is None for digit in digits)
    if refused and result.read_digits:
        sentences.append(
            "1 piece of ink doesn't look like a digit and is left out."
            if refused == 1
            else f"{refused} pieces of ink don't look like a digit and are left out."
        )
    if printed := len(result.reading.printed):
        sentences.append(
            "1 printed character is left out."
            if printed == 1
            else f"{printed} printed characters are left out."
        )
    return " ".join(sentences)


def format_digit(digit: Digit, *, is_typed: bool = False) -> str:
    """The label of a digit and its confidence, in few words."""
    if digit.name is None:
        return "no digit"
    return f"{digit.name}, yours" if is_typed else f"{digit.name}, {format_percent(digit.confidence)}"


def strip_html(result: FileResult, pictures: Sequence[str]) -> str:
    """The digits as the model saw them, each over its label.

    Args:
        result: of a file or a drawing.
        pictures: an address for each digit that is shown, in reading order.
    """
    count = len(result.reading.digits)
    figures = []
    for index, (digit, picture) in enumerate(zip(result.reading.digits, pictures, strict=False)):
        is_typed = index in result.typed
        words = format_digit(digit, is_typed=is_typed)
        label, _, confidence = words.partition(", ")
        kind = "doubt" if is_doubtful(digit) and not is_typed else "sure"
        caption = f'<b class="{kind}">{escape(label)}</b> <span>{escape(confidence)}</span>'
        figures.append(
            figure_html(picture, f"Digit {index + 1} of {count} as the model saw it: {words}", caption)
        )
    return f'<div class="strip">{"".join(figures)}</div>'


def _digit_html(digit: Digit, *, is_typed: bool) -> str:
    tag = "u" if is_doubtful(digit) and not is_typed else "span"
    kind = ' class="typed"' if is_typed else ""
    title = escape(format_digit(digit, is_typed=is_typed).partition(", ")[2])
    return f'<{tag}{kind} title="{title}">{escape(digit.name or "")}</{tag}>'
