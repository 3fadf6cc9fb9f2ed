"""A model that has learned the visitor's own digits: for this visit only, and undone with a click."""

import math
import secrets
import shutil
import tempfile
import weakref
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import streamlit as st

from digitcnn.errors import DigitcnnError
from digitcnn.lab.own_hand import LeftOutScore, pack_taught_run, score_left_out, write_taught_run
from digitcnn.lab.personal_digits import PersonalDigits
from digitcnn.recognition.adaptation.learning import HeldScore
from digitcnn.recognition.reader import DigitReader
from digitcnn.run_folder import RunFolder
from digitcnn.web.browser_storage import keep_wish, own_digits, wishes_own_hand
from digitcnn.web.images import figure_html, picture_of_pixels
from digitcnn.web.models import Model, list_models, load_reader

NAME = "my hand"
"""Of the model that has learned, among the models of a page."""

FEW = 20
"""With fewer digits, the gain is left to chance."""

_TAUGHT, _SCORE, _TROUBLE = "personal.taught", "personal.left-out", "personal.hand-trouble"
_MAX_SHOWN = 12


class _Taught:
    """A reader that has learned, in a folder of its own, which goes with the visit."""

    def __init__(self, reader: DigitReader, digits: PersonalDigits, base: Model) -> None:
        self.reader, self.digits, self.base = reader, digits, base
        # The name is the visit's secret: no other visit can ask for this model.
        root = Path(tempfile.mkdtemp(prefix="digitcnn-hand-"))
        self.forget = weakref.finalize(self, shutil.rmtree, root, ignore_errors=True)
        folder = RunFolder(root / f"my-hand-{secrets.token_hex(8)}")
        write_taught_run(reader, folder)
        self.model = Model(NAME, folder.tflite_file.stat().st_mtime_ns, str(folder.path), is_own=True)


def with_own_hand(models: Sequence[Model]) -> list[Model]:
    """The models of a page, behind the one that has learned this visitor's digits, where there is one.

    After a reload, it learns again from the digits that the browser's tab has kept.
    """
    if wishes_own_hand() and _TAUGHT not in st.session_state and len(own_digits()):
        _learn(own_digits())
    taught = _taught()
    return [*([taught.model] if taught else []), *models]


def show_own_hand(own: PersonalDigits) -> None:
    """The part of "Your own digits" that lets a model learn from them, and shows what that helped.

    Args:
        own: the visitor's digits.
    """
    if trouble := st.session_state.pop(_TROUBLE, None):
        st.error(trouble, icon=":material/error:")
    taught = _taught()
    is_current = taught is not None and taught.digits is own
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="own-hand-tools"):
        st.button(
            "Learn from these" if taught is None else "Learn again",
            icon=":material/school:",
            type="primary" if len(own) and not is_current else "secondary",
            on_click=_learn,
            args=(own,),
            disabled=not len(own) or is_current,
            key="personal.learn",
            help="The model's last layer learns your digits. Only you get its answers.",
        )
        if taught:
            st.button("Undo learning", icon=":material/undo:", on_click=unlearn, key="personal.unlearn")
            _offer_files(taught)
    if taught is None:
        if len(own):
            st.caption(_advise(len(own)))
        return
    new = len(own) - len(taught.digits)
    since = "" if is_current or new <= 0 else f" {new} came since: learn again to use them."
    st.caption(
        f":material/check: **{NAME}** answers on Draw and Upload: {taught.base.name}, which has learned from "
        f"{_count(len(taught.digits), 'digit')} of yours.{since}"
    )
    _show_effect(taught)


def _learn(own: PersonalDigits) -> None:
    """Replaces what was learned; the model that learns is the one that comes first on the pages."""
    base = list_models()[0]
    try:
        reader = load_reader(base).adapt([(digit.pixels, digit.label) for digit in own.digits])
        taught = _Taught(reader, own, base)
    except (DigitcnnError, OSError) as error:
        st.session_state[_TROUBLE] = str(error) if isinstance(error, DigitcnnError) else "The disk is full."
        keep_wish(False)
        return
    unlearn()
    st.session_state[_TAUGHT] = taught
    keep_wish(True)


def unlearn() -> None:
    """Forgets what was learned of this visitor, with its files."""
    st.session_state.pop(_SCORE, None)
    if taught := st.session_state.pop(_TAUGHT, None):
        taught.forget()
    keep_wish(False)


def _taught() -> _Taught | None:
    return st.session_state.get(_TAUGHT)


def _offer_files(taught: _Taught) -> None:
    lesson = taught.reader.lesson
    files: list[tuple[str, str, Callable[[], bytes]]] = [
        ("Run folder", "my-hand.zip", partial(pack_taught_run, taught.reader, "my-hand")),
        (".tflite", "my-hand.tflite", partial(bytes, lesson.model if lesson else b"")),
    ]
    for title, name, data in files:
        st.download_button(
            title,
            data,
            name,
            "application/octet-stream",
            on_click="ignore",
            icon=":material/download:",
            key=f"personal.{name}",
        )


def _advise(digits: int) -> str:
    advice = "A model can learn how you write, in seconds, and only for you."
    if digits < FEW:
        return f"{advice} It takes about {FEW} digits, of every kind and also those that were read right."
    return advice


def _show_effect(taught: _Taught) -> None:
    """How the visitor's digits are read by what the others taught, and whether everybody else's suffered."""
    held = taught.reader.lesson.held if taught.reader.lesson else ()
    lines = [
        (_title(each), _percent(each.before, each.images), _percent(each.after, each.images)) for each in held
    ]
    score, changed = _score(taught) if len(taught.digits) > 1 else None, ""
    if score:
        title = f"Your {len(taught.digits)} digits, each by what the others taught"
        lines.insert(0, (title, str(score.right_before), str(score.right_after)))
        changed = _changed_html(taught.digits, score)
    rows = "".join(
        f"<tr><th>{title}</th><td>{before}</td><td>{after}</td></tr>" for title, before, after in lines
    )
    st.html(
        '<table class="own-hand"><thead><tr><th>Read right</th><td>before</td><td>now</td></tr></thead>'
        f"<tbody>{rows}</tbody></table>{changed}"
    )
    if taught.reader.lesson and math.isinf(taught.reader.lesson.pull):
        st.caption("Nothing could be learned from these without misreading the digits of others.")
    elif score and score.right_after < score.right_before:
        st.caption("It did not help with your digits: undo it, or give it more of them.")


def _title(held: HeldScore) -> str:
    many = f"{held.images:,}"
    if held.name == "MNIST test":
        return f"MNIST's {many} test digits"
    return f"{many} digits of others" if held.are_digits else f"Refused: {many} drawings that are no digit"


def _score(taught: _Taught) -> LeftOutScore:
    """The score by leaving out, measured once for what was learned."""
    known: tuple[_Taught, LeftOutScore] | None = st.session_state.get(_SCORE)
    if known is None or known[0] is not taught:
        examples = [(digit.pixels, digit.label) for digit in taught.digits.digits]
        with st.spinner("Trying it on each digit, left out in turn", show_time=True):
            score = score_left_out(load_reader(taught.base), examples)
        known = st.session_state[_SCORE] = taught, score
    return known[1]


def _changed_html(own: PersonalDigits, score: LeftOutScore) -> str:
    """The digits whose answers changed, each with the answer before and now."""
    changed = [
        (digit, before, after)
        for digit, before, after in zip(own.digits, score.before, score.after, strict=True)
        if before != after
    ]
    figures = [
        figure_html(
            picture_of_pixels(digit.pixels),
            f"One of your digits, a {digit.label}: read as {_word(before)} before, {_word(after)} now",
            f"{_short(before)} → <b>{_short(after)}</b>",
        )
        for digit, before, after in changed[:_MAX_SHOWN]
    ]
    rest = len(changed) - len(figures)
    more = f"<p>and {rest} more</p>" if rest else ""
    return f'<div class="own-digits">{"".join(figures)}{more}</div>' if figures else ""


def _word(label: int | None) -> str:
    return "none" if label is None else str(label)


def _short(label: int | None) -> str:
    return "–" if label is None else str(label)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
