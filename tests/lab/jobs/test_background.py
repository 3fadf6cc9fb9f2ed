import sys
from pathlib import Path

import pytest

from digitcnn.lab.jobs import background

JOB = """
import sys
from digitcnn.lab.jobs.background import report_error, report_progress
report_progress(0.5, "half")
print("a warning of somebody else's")
if sys.argv[1] == "fail":
    report_error("It did not work: try another.")
sys.exit(int(sys.argv[1] != "fine"))
"""


@pytest.fixture(autouse=True)
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "made_job.py").write_text(JOB)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def test_job_says_how_far_it_is():
    job = background.BackgroundJob("made_job", ["fine"])
    assert job.wait(60)
    assert (job.error, job.progress) == (None, background.JobProgress(0.5, "half"))


@pytest.mark.parametrize(
    ("how", "said"), [("fail", "It did not work: try another."), ("die", "stopped before its end (a warning")]
)
def test_failed_job_says_why(how: str, said: str):
    job = background.BackgroundJob("made_job", [how])
    assert job.wait(60)
    assert said in (job.error or "")


def test_job_of_one_name_runs_once_until_it_is_forgotten():
    first = background.run_once("made", "made_job", ["fine"])
    assert background.run_once("made", "made_job", ["fine"]) is first
    assert first.wait(60)
    background.forget("made")
    again = background.run_once("made", "made_job", ["fine"])
    assert again is not first
    assert again.wait(60)
    background.forget("made")


def test_jobs_run_with_our_own_python():
    assert sys.executable in background.BackgroundJob("made_job", ["fine"])._process.args  # pyright: ignore[reportOperatorIssue]
