"""Home's table: errors as bars on one scale, from the run folders."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from digitcnn.lab.runs.scores import read_scores
from digitcnn.run_folder import SHIPPED

HOME = Path(__file__).resolve().parents[2] / "streamlit_app.py"


def test_bars_are_the_errors_of_the_run_folders():
    page = AppTest.from_file(str(HOME), default_timeout=60).run()
    assert not page.exception
    shown = page.dataframe[0].value.set_index("Model")
    scores = {score.model: score for score in read_scores(SHIPPED)}
    assert set(shown.index) == set(scores)
    for model, score in scores.items():
        errors = shown.loc[model]
        for kind, right in score.kinds.items():
            assert errors[kind[0].upper() + kind[1:]] == pytest.approx(100 * (1 - right))
