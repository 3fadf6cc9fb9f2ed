import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digitcnn.errors import RunFolderError
from digitcnn.lab.metrics.analyses import (
    FILE,
    analyse_apart,
    describe_analysis,
    find_analysis,
    keep_analysis,
    read_analysis,
)
from digitcnn.lab.metrics.compared_runs import RunRef, list_run_refs, load_run
from digitcnn.lab.runs.run_table import Analysis, analyse
from digitcnn.run_folder import SHIPPED, RunFolder, list_runs


@pytest.fixture(scope="module")
def run_refs(tmp_path_factory: pytest.TempPathFactory) -> list[RunRef]:
    return list(list_run_refs(SHIPPED, tmp_path_factory.mktemp("none")).ready[:2])


def equal(one: Analysis, other: Analysis) -> bool:
    """Equal to the 12th decimal place: a processor's exponential may differ in the last bit."""
    figures = [
        json.loads(json.dumps(describe_analysis(analysis)), parse_float=lambda text: round(float(text), 12))
        for analysis in (one, other)
    ]
    return figures[0] == figures[1] and one.confusions.dtype == other.confusions.dtype


def test_process_of_its_own_says_what_this_one_would(run_refs: list[RunRef]):
    apart = analyse_apart(run_refs)
    assert len(apart) == len(run_refs)
    assert all(equal(one, analyse(load_run(run_ref))) for one, run_ref in zip(apart, run_refs, strict=True))


def test_analysis_survives_json(run_refs: list[RunRef]):
    analysis = analyse(load_run(run_refs[0]))
    assert equal(read_analysis(json.loads(json.dumps(describe_analysis(analysis)))), analysis)


@pytest.fixture
def run(run_refs: list[RunRef], tmp_path: Path) -> RunFolder:
    """A run that keeps its analysis."""
    ignored = shutil.ignore_patterns("model.*", FILE)
    folder = RunFolder(shutil.copytree(run_refs[0].path, tmp_path / "run", ignore=ignored))
    assert find_analysis(folder) is None
    keep_analysis(folder)
    return folder


@pytest.mark.parametrize("folder", list_runs(SHIPPED), ids=lambda folder: folder.name)
def test_shipped_runs_keep_what_would_be_computed_of_their_predictions(folder: RunFolder):
    kept = find_analysis(folder)
    assert kept, (
        f"{folder.name}'s {FILE} is not of its predictions: python -m digitcnn.lab.metrics.analyses --keep"
    )
    assert equal(kept, analyse(load_run(RunRef(folder.name, str(folder.path), ()))))


def test_what_a_run_keeps_is_what_would_be_computed(run: RunFolder, run_refs: list[RunRef]):
    kept = find_analysis(run)
    assert kept
    assert equal(kept, analyse(load_run(run_refs[0])))


def test_other_predictions_make_void_what_was_kept(run: RunFolder):
    probabilities, labels = run.read_predictions()
    np.savez(run.predictions_npz, probabilities=probabilities[:100], labels=labels[:100])
    assert find_analysis(run) is None


def test_another_temperature_makes_void_what_was_kept(run: RunFolder):
    run.write_record(replace(run.read_record(), temperature=3.0))
    assert find_analysis(run) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"of": 1}', "null"])
def test_broken_file_is_as_none(run: RunFolder, text: str):
    (run.path / FILE).write_text(text, encoding="utf-8")
    assert find_analysis(run) is None


def test_damaged_figures_are_as_none(run: RunFolder):
    kept = json.loads((run.path / FILE).read_text(encoding="utf-8"))
    (run.path / FILE).write_text(json.dumps(kept | {"confusions": [[1]]}), encoding="utf-8")
    assert find_analysis(run) is None


def test_where_no_process_can_be_started_this_one_computes(
    run_refs: list[RunRef], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert equal(analyse_apart(run_refs[:1])[0], analyse(load_run(run_refs[0])))


def test_run_without_predictions_is_said(tmp_path: Path):
    with pytest.raises(RunFolderError):
        analyse_apart([RunRef("gone", str(tmp_path / "gone"), ())])


def test_scikit_learn_stays_out_of_the_process_that_asks():
    script = (
        "import sys, digitcnn.web.compare.figures, digitcnn.lab.metrics.comparison as comparison\n"
        "comparison.mcnemar_mid_p(3, 9)\n"
        "print([name for name in ('sklearn', 'scipy.stats', 'pandas') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
