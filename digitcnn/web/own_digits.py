"""A visitor's own digits on the pages: collected under an answer, shown in a fold, scored for the Lab."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import streamlit as st

from digitcnn.errors import DigitcnnError, InputError
from digitcnn.lab.personal_digits import MAX_DIGITS, PersonalDigits, PersonalScore, score_models
from digitcnn.recognition.reader import DigitReader
from digitcnn.web.browser_storage import keep_digits, own_digits, remember_digits
from digitcnn.web.frame import PAGES, link_to, list_pages
from digitcnn.web.images import figure_html, picture_of_pixels
from digitcnn.web.models import Model, list_models, load_reader
from digitcnn.web.own_hand import show_own_hand, unlearn
from digitcnn.web.text import join_words

FILE = "my-digits.npz"
MAX_SHOWN = 48
"""Digits shown as pictures: the latest ones."""

_TROUBLE = "personal.trouble"
_NEWS = "personal.news"
_UPLOADS = "personal.uploads"


def ask_label(
    pixels: np.ndarray | None,
    *,
    key: str,
    typed: int | None = None,
    correct: Callable[[int | None], None] | None = None,
) -> None:
    """Asks which digit a drawing is; a choice adds it to the visitor's set, a second click removes it.

    Args:
        pixels: the house digit, (28, 28); None while there is nothing to ask about.
        key: of the control; that of its successors begins with it.
        typed: the label that the visitor gave this digit in the reading, shown where `correct` is given.
        correct: called with the choice, to change the reading too; None takes the correction back.
    """
    own = own_digits()
    label = typed if correct else None if pixels is None else own.label_of(pixels)
    control = _control_for(key, label)
    st.session_state[control] = label
    with st.container(key="personal-ask", gap="xxsmall"):
        st.segmented_control(
            "Not right? It was",
            list(range(10)),
            key=control,
            on_change=_follow,
            args=(pixels, key, control, correct),
            disabled=pixels is None,
            wrap=True,
        )
        st.caption(_explain_choice(label, own))


def show_personal_set() -> None:
    """The visitor's digits behind a fold, with buttons to download, bring back and clear them."""
    own = own_digits()
    # The label never changes: another label would make another fold, a closed one.
    with st.container(gap=None):
        remember_digits("set")
        fold = st.expander("Your own digits", icon=":material/inbox:", on_change="rerun", key="personal.open")
    if not fold.open:
        return
    with fold:
        if trouble := st.session_state.pop(_TROUBLE, None):
            st.error(trouble, icon=":material/error:")
        if news := st.session_state.pop(_NEWS, None):
            st.caption(f":material/check: {news}")
        if len(own):
            st.caption(f"{len(own)} {'digit' if len(own) == 1 else 'digits'}, the latest first")
            st.html(_strip_html(own))
        else:
            st.caption(
                "None yet. Under an answer, choose which digit it was, also where the answer was right: "
                "only then is the Lab's score of your handwriting fair."
            )
        show_own_hand(own)
        _show_set_tools(own)
        st.caption(
            "They stay in this tab of your browser until you close it, and nowhere else: download them to "
            "have them next time."
        )


def show_personal_scores(others: Mapping[str, Model] | None = None) -> None:
    """How many of the visitor's own digits each model reads, or how to collect some.

    Args:
        others: models beside those that Draw and Upload offer, by their names on the page.
    """
    own = own_digits()
    remember_digits("scores")
    if not len(own):
        st.info(
            "None of your own digits are here yet. Draw or upload some and choose under each answer, "
            "right or wrong, which digit it was: every model is then scored on them here.",
            icon=":material/inbox:",
        )
        with st.container(horizontal=True):
            for page in list_pages():
                if page in PAGES[1:3]:
                    link_to(page)
        return
    models = {model.name: model for model in list_models() if model.reads_digits}
    scores = _score(own, models | dict(others or {}))
    st.dataframe(
        _tabulate(scores),
        hide_index=True,
        column_config={
            "model": st.column_config.TextColumn("Model"),
            "right": st.column_config.NumberColumn("Right", width="small"),
            "of": st.column_config.NumberColumn("Of", width="small"),
            "accuracy": st.column_config.ProgressColumn(
                "Accuracy", format="%.1f %%", min_value=0.0, max_value=100.0
            ),
            "interval": st.column_config.TextColumn("95 % interval"),
            "refused": st.column_config.NumberColumn("Refused", width="small"),
        },
        key="personal.scores-table",
        alt="Per model, how many of your own digits it reads as you labeled them",
    )
    st.caption(
        f"{_format_best(scores)} A model is right where it reads the digit that you chose; refusals are "
        "not right. If you label only misread digits, every model looks worse than it is."
    )


def _control_for(key: str, label: int | None) -> str:
    """The key of a control that shows a label: another wherever the label is not the visitor's last click.

    A browser that has not heard of the label yet still sends the one before, which would count as a click.
    """
    turn, clicked = st.session_state.get(f"{key}-clicked", (0, None))
    if label != clicked:
        turn, clicked = turn + 1, label
    st.session_state[f"{key}-clicked"] = turn, clicked
    return f"{key}-{turn}" if turn else key


def _follow(pixels: np.ndarray, key: str, control: str, correct: Callable[[int | None], None] | None) -> None:
    label, own = st.session_state[control], own_digits()
    turn, _ = st.session_state[f"{key}-clicked"]
    st.session_state[f"{key}-clicked"] = turn, label
    if correct:
        correct(label)
    try:
        keep_digits(own.remove(pixels) if label is None else own.add(pixels, label))
    except InputError as error:
        st.session_state[_TROUBLE] = str(error)


def _explain_choice(label: int | None, own: PersonalDigits) -> str:
    if st.session_state.get(_TROUBLE) and len(own) >= MAX_DIGITS:
        return st.session_state[_TROUBLE]
    if label is None:
        return (
            "Your answer puts the drawing among your own digits, on which the Model Lab scores every model."
        )
    count = f"your own digits, {len(own)} so far" if len(own) > 1 else "your own digits"
    return f"Kept as a {label} among {count}. Choose {label} again to take it back."


def _show_set_tools(own: PersonalDigits) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        st.download_button(
            "Download",
            own.to_bytes() if len(own) else b"",
            FILE,
            "application/octet-stream",
            on_click="ignore",
            disabled=not len(own),
            icon=":material/download:",
            key="personal.download",
            help='NumPy\'s .npz: "pixels" (n, 28, 28) and "labels" (n,)',
        )
        st.button(
            "Take back the last",
            icon=":material/undo:",
            on_click=_take_back,
            disabled=not len(own),
            key="personal.take-back",
        )
        with st.popover("Clear", icon=":material/delete:", disabled=not len(own)):
            st.caption(
                f"This removes all {len(own)}. They can't be brought back unless you have downloaded them."
            )
            st.button("Clear them all", type="primary", on_click=_clear, key="personal.clear")
    # A new key empties the uploader once its file has been read.
    key = f"personal.file-{st.session_state.get(_UPLOADS, 0)}"
    st.file_uploader(
        f"Bring back digits that you downloaded ({FILE})",
        type="npz",
        max_upload_size=4,
        on_change=_take_in,
        args=(key,),
        key=key,
    )


def _take_back() -> None:
    keep_digits(PersonalDigits(own_digits().digits[:-1]))


def _clear() -> None:
    keep_digits(own_digits().clear())
    unlearn()


def _take_in(key: str) -> None:
    file = st.session_state[key]
    if file is None:
        return
    st.session_state[_UPLOADS] = st.session_state.get(_UPLOADS, 0) + 1
    own = own_digits()
    try:
        brought = PersonalDigits.from_bytes(file.getvalue())
        both = own.merge(brought.digits)
    except InputError as error:
        st.session_state[_TROUBLE] = str(error)
        return
    keep_digits(both)
    known = len(own) + len(brought) - len(both)
    already = f"; {known} {'was' if known == 1 else 'were'} here already" if known else ""
    st.session_state[_NEWS] = (
        f"{len(brought)} {'digit' if len(brought) == 1 else 'digits'} brought back{already}."
    )


def _strip_html(own: PersonalDigits) -> str:
    figures = [
        figure_html(picture_of_pixels(digit.pixels), f"One of your digits, a {digit.label}", str(digit.label))
        for digit in own.digits[: -MAX_SHOWN - 1 : -1]
    ]
    rest = len(own) - len(figures)
    more = f"<p>and {rest} before these</p>" if rest else ""
    return f'<div class="own-digits">{"".join(figures)}{more}</div>'


def _score(own: PersonalDigits, models: dict[str, Model]) -> dict[str, PersonalScore]:
    """The scores, computed again only where the set or the models have changed."""
    known: tuple[Any, dict[str, PersonalScore]] | None = st.session_state.get("personal.scores")
    if known is None or known[0][0] is not own or known[0][1] != models:
        readers = {name: reader for name, model in models.items() if (reader := _try_to_load(model))}
        known = st.session_state["personal.scores"] = (own, models), score_models(own, readers)
    return known[1]


def _try_to_load(model: Model) -> DigitReader | None:
    """The reader of a model; None where its files are damaged, which leaves it without a score."""
    try:
        return load_reader(model)
    except DigitcnnError:
        return None


def _tabulate(scores: dict[str, PersonalScore]) -> list[dict[str, str | float]]:
    """A row per model, the best first."""
    return [
        {
            "model": name,
            "right": score.right,
            "of": score.digits,
            "accuracy": 100 * score.right / score.digits,
            "interval": f"{score.interval.low * 100:.0f} to {score.interval.high * 100:.0f} %",
            "refused": score.refused,
        }
        for name, score in sorted(scores.items(), key=lambda entry: -entry[1].right)
    ]


def _format_best(scores: dict[str, PersonalScore]) -> str:
    """The best model in a sentence, and whether the intervals overlap so that luck may explain it."""
    most = max(score.right for score in scores.values())
    best = [name for name, score in scores.items() if score.right == most]
    of = next(iter(scores.values())).digits
    if len(best) == len(scores) > 1:
        return f"All {len(best)} models read {most} of your {of}."
    sentence = f"{join_words(best)} {'read' if len(best) > 1 else 'reads'} the most of yours, {most} of {of}"
    others = [score for score in scores.values() if score.right < most]
    low = min(score.interval.low for score in scores.values() if score.right == most)
    if others and all(score.interval.high >= low for score in others):
        return f"{sentence}; with so few digits the others may be as good."
    return f"{sentence}."
