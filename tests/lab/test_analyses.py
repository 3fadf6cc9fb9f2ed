import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from digitcnn.errors import RunFolderError
from digitcnn.lab import analyses
from digitcnn.lab.analyses import analyse_apart, describe_analysis, read_analysis
from digitcnn.lab.compared_runs import Candidate, list_candidates, load_run
from digitcnn.lab.facts import Analysis, analyse
from digitcnn.run_folder import SHIPPED


@pytest.fixture(scope="module")
def candidates(tmp_path_factory: pytest.TempPathFactory) -> list[Candidate]:
    return list(list_candidates(SHIPPED, tmp_path_factory.mktemp("none")).ready[:2])


def equal(one: Analysis, other: Analysis) -> bool:
    same = np.array_equal(one.confusions, other.confusions) and one.confusions.dtype == other.confusions.dtype
    return same and asdict(one) | {"confusions": 0} == asdict(other) | {"confusions": 0}


def test_process_of_its_own_says_what_this_one_would(candidates: list[Candidate]):
    apart = analyse_apart(candidates)
    assert len(apart) == len(candidates)
    assert all(
        equal(one, analyse(load_run(candidate))) for one, candidate in zip(apart, candidates, strict=True)
    )


def test_analysis_survives_json(candidates: list[Candidate]):
    analysis = analyse(load_run(candidates[0]))
    assert equal(read_analysis(json.loads(json.dumps(describe_analysis(analysis)))), analysis)


def test_where_no_process_can_be_started_this_one_computes(
    candidates: list[Candidate], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(analyses.sys, "executable", "/nowhere/python")
    assert equal(analyse_apart(candidates[:1])[0], analyse(load_run(candidates[0])))


def test_run_without_predictions_is_said(tmp_path: Path):
    with pytest.raises(RunFolderError):
        analyse_apart([Candidate("gone", str(tmp_path / "gone"), ())])


def test_scikit_learn_stays_out_of_the_process_that_asks():
    script = (
        "import sys, digitcnn.web.compare_figures, digitcnn.lab.comparison as comparison\n"
        "comparison.mcnemar_mid_p(3, 9)\n"
        "print([name for name in ('sklearn', 'scipy.stats', 'pandas') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
