"""The models that pages offer, each loaded once per server, and the control that chooses one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import streamlit as st

from digitcnn.classes import DIGITS
from digitcnn.errors import DigitcnnError
from digitcnn.recognition.reader import DEFAULT_MODEL, DigitReader
from digitcnn.run_folder import SHIPPED, RunFolder, list_runs, runs_root

_CHOSEN = "models.chosen"
USED = "use"
"""The query parameter with the run that comes first on the pages that read."""

MAX_READERS = 16
"""Readers kept in memory; the least recently used one goes."""

_MAX_SIDE_BY_SIDE = 4
"""More names than these stand in a list that opens."""


@dataclass(frozen=True)
class Model:
    """A trained model that a page can ask.

    Attributes:
        name: shown on the page; unique there.
        changed: modification time of the model's file, so that a newly trained one is loaded anew.
        path: of its run folder.
        is_own: it has learned this visitor's digits, and only this visit knows its path.
        classes: names of its answers.
    """

    name: str
    changed: int
    path: str
    is_own: bool = False
    classes: tuple[str, ...] = DIGITS

    @property
    def reads_digits(self) -> bool:
        """Whether it can read numbers, and be asked beside the models that ship."""
        return self.classes == DIGITS


def list_models() -> list[Model]:
    """The visitor's own choice from the Lab first, then the shipped models, of these the default first.

    Models that are still being trained are left out, and those of pictures that are no handwriting.
    """
    found = [folder for folder in list_runs(SHIPPED) if folder.tflite_file.is_file() and is_finished(folder)]
    models = [
        Model(folder.name, folder.tflite_file.stat().st_mtime_ns, str(folder.path), classes=record.classes)
        for folder in found
        if (record := folder.read_record()).ink
    ]
    return _chosen_in_lab() + sorted(models, key=lambda model: (model.name != DEFAULT_MODEL, model.name))


def use_run(name: str | None) -> None:
    """Puts a run of this machine first on the pages that read; None puts the default back."""
    st.session_state[_CHOSEN] = name
    if not name:
        st.query_params.pop(USED, None)


def used_run() -> str | None:
    """The run that `use_run` chose, or the one in the page's address, which survives a reload."""
    name = st.session_state.get(_CHOSEN)
    if name is None and (asked := st.query_params.get(USED)) and Path(asked).name == asked:
        name = st.session_state[_CHOSEN] = asked
    if name:
        st.query_params[USED] = name
    return name


def is_finished(folder: RunFolder) -> bool:
    """The run came to its end; False where its record is broken."""
    try:
        return folder.read_record().state == "finished"
    except DigitcnnError:
        return False


@lru_cache(maxsize=MAX_READERS)  # Streamlit's cache takes longer to look one up than it takes to answer.
def load_reader(model: Model) -> DigitReader:
    """The reader of a model, shared by all visitors."""
    return DigitReader(model.path)


def choose_model(models: Sequence[Model], *, page: str) -> Model:
    """A control for the model whose answer counts; the page's address keeps the choice over a reload.

    Args:
        models: at least one; the first is chosen until the visitor chooses another.
        page: each page has a choice of its own.
    """
    names = [model.name for model in models]
    # With the first name in the key, another first model (chosen in the Lab) overrules an older choice here.
    key = f"{page}.model-{names[0]}"
    if len(names) > _MAX_SIDE_BY_SIDE:
        name = st.selectbox(
            "Model", names, width=180, label_visibility="collapsed", bind="query-params", key=key
        )
    else:
        name = st.segmented_control(
            "Model",
            names,
            default=names[0],
            required=True,
            label_visibility="collapsed",
            bind="query-params",
            key=key,
        )
    return models[names.index(name)]


def _chosen_in_lab() -> list[Model]:
    name = used_run()
    if not name:
        return []
    folder = RunFolder(runs_root() / name)
    called = f"{name} (made here)" if (SHIPPED / name).is_dir() else name
    try:
        record = folder.read_record()
        if not record.ink:
            return []
        model = Model(called, folder.tflite_file.stat().st_mtime_ns, str(folder.path), classes=record.classes)
        load_reader(model)
    except (OSError, DigitcnnError):
        return []  # Somebody has deleted it, or damaged it.
    return [model]
