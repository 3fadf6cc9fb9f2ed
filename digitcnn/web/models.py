"""The models that pages offer, each loaded once per server."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import streamlit as st

from digitcnn.errors import DigitcnnError
from digitcnn.recognition.reader import DEFAULT_MODEL, DigitReader
from digitcnn.run_folder import SHIPPED, RunFolder, list_runs, runs_root

_CHOSEN = "models.chosen"
USED = "use"
"""The query parameter that holds the run which comes first on the pages that read."""

MAX_READERS = 16
"""Readers kept in memory at most; the least recently used one goes."""


@dataclass(frozen=True)
class Model:
    """A trained model that a page can ask.

    Attributes:
        name: that it is called by; no two on a page have the same.
        changed: time of the model's file, so that a newly trained one is loaded anew.
        path: of its run folder.
    """

    name: str
    changed: int
    path: str


def list_models() -> list[Model]:
    """The visitor's own choice from the lab first, then the shipped models, of these the default first.

    Those that are still being trained are left out.
    """
    found = [folder for folder in list_runs(SHIPPED) if folder.tflite_file.is_file() and is_finished(folder)]
    models = [Model(folder.name, folder.tflite_file.stat().st_mtime_ns, str(folder.path)) for folder in found]
    return _chosen_in_the_lab() + sorted(models, key=lambda model: (model.name != DEFAULT_MODEL, model.name))


def use_run(name: str | None) -> None:
    """Makes a run of this machine the visitor's model on the pages that read, or none."""
    st.session_state[_CHOSEN] = name
    if not name:
        st.query_params.pop(USED, None)


def used_run() -> str | None:
    """The run that `use_run` has chosen, or the address of the page, which keeps it over a reload."""
    name = st.session_state.get(_CHOSEN)
    if name is None and (asked := st.query_params.get(USED)) and Path(asked).name == asked:
        name = st.session_state[_CHOSEN] = asked
    if name:
        st.query_params[USED] = name
    return name


def is_finished(folder: RunFolder) -> bool:
    """The run came to its end; a broken record says nothing of the kind."""
    try:
        return folder.read_record().state == "finished"
    except DigitcnnError:
        return False


def _chosen_in_the_lab() -> list[Model]:
    name = used_run()
    if not name:
        return []
    folder = RunFolder(runs_root() / name)
    called = f"{name} (made here)" if (SHIPPED / name).is_dir() else name
    try:
        model = Model(called, folder.tflite_file.stat().st_mtime_ns, str(folder.path))
        load_reader(model)
    except (OSError, DigitcnnError):
        return []  # Somebody has deleted it, or damaged it.
    return [model]


@lru_cache(maxsize=MAX_READERS)  # Streamlit's cache takes longer to look one up than it takes to answer.
def load_reader(model: Model) -> DigitReader:
    """The reader of a model, shared by all visitors."""
    return DigitReader(model.path)
