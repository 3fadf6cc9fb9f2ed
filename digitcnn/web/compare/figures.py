"""Figures of compared runs, computed once per server until a run's files change."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import streamlit as st

from digitcnn.errors import DatasetError, ModelNotFoundError, NotSupportedError
from digitcnn.file_cache import Version, version_of
from digitcnn.lab.datasets.sources import DigitSet, find_dataset, fingerprint, load_test_images
from digitcnn.lab.metrics.analyses import analyse_apart, find_analysis
from digitcnn.lab.metrics.compared_runs import ComparedRun, RunRef, load_run
from digitcnn.lab.metrics.comparison import Pairing, pair
from digitcnn.lab.metrics.latency import measure_milliseconds
from digitcnn.lab.runs.run_table import Analysis

MAX_RUNS = 24
"""Runs whose figures are kept in memory; 400 kB each."""

_timing = threading.Lock()
_analyses: OrderedDict[RunRef, Analysis] = OrderedDict()
_analysing = threading.Lock()


@st.cache_data(max_entries=MAX_RUNS, show_spinner=False)
def load(run_ref: RunRef) -> ComparedRun:
    """A run with its history and predictions.

    Raises:
        RunFolderError: the folder holds nothing to compare.
    """
    return load_run(run_ref)


def analyse_runs(run_refs: Sequence[RunRef]) -> list[Analysis]:
    """Every metric of the runs' predictions; those that are not kept are computed together."""
    with _analysing:
        for each in run_refs:
            if each not in _analyses and (kept := find_analysis(each.folder)):
                _analyses[each] = kept
        if missing := [each for each in run_refs if each not in _analyses]:
            _analyses.update(zip(missing, analyse_apart(missing), strict=True))
        for each in run_refs:
            _analyses.move_to_end(each)
        while len(_analyses) > max(MAX_RUNS, len(run_refs)):
            _analyses.popitem(last=False)
        return [_analyses[each] for each in run_refs]


@st.cache_data(max_entries=4 * MAX_RUNS, show_spinner=False)
def pair_runs(baseline: RunRef, challenger: RunRef) -> Pairing | None:
    """Two runs image by image; None where they were tested on different images."""
    try:
        return pair(load(baseline).predictions, load(challenger).predictions)
    except NotSupportedError:
        return None


def measure_latency(run_ref: RunRef) -> float | None:
    """Milliseconds for one digit on this server; None without a model that can be timed."""
    return _time_model(run_ref.path, version_of(run_ref.folder.tflite_file))


@st.cache_data(max_entries=4 * MAX_RUNS, show_spinner=False)
def _time_model(path: str, version: Version) -> float | None:
    del version  # Part of the cache key: a newly trained model is timed again.
    try:
        with _timing:  # Two timings at once would slow each other down.
            return measure_milliseconds(RunRef("", path, ()).folder)
    except ModelNotFoundError:
        return None


def load_images(data: str = "mnist") -> DigitSet | None:
    """The test images of a data set, one copy per server; None where they are not on this machine."""
    try:
        return _load_images(data, fingerprint(data))
    except DatasetError:
        return None


def explain_missing_images(data: str) -> str:
    """Why the test images of a data set cannot be shown, and what to do, as the rest of a sentence."""
    try:
        dataset = find_dataset(data)
    except DatasetError:
        return f"the data set {data} is no longer here"
    if dataset.name == "letters" or dataset.own:
        return f"{dataset.title} is not on this machine"
    return (
        f"{dataset.title}'s images are not on this machine: train a model, or set DIGITCNN_DATA to a folder "
        f"with {'mnist.npz' if dataset.source is None else dataset.source.folder}"
    )


@st.cache_resource(max_entries=2, ttl=600, show_spinner="Loading the test images")
def _load_images(data: str, version: str) -> DigitSet | None:
    del version  # Part of the cache key: a set that was added anew is read anew.
    return load_test_images(data)
