"""`digitcnn sweep` without Ray: every trial is trained once, also after a kill."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from digitcnn.cli import main
from digitcnn.lab.sweeps.record import read_sweep
from digitcnn.run_folder import RunFolder
from tests.support.made_mnist import write_mnist

PROJECT = Path(__file__).resolve().parents[2]
SPEC = 'presets = ["sprint"]\nseeds = 2\n[settings]\nepochs = 12\nimages = 400\n'


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A few real digits to train on, an empty folder of runs, and the sweep's file."""
    write_mnist(tmp_path)
    monkeypatch.setenv("DIGITCNN_DATA", str(tmp_path))
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path / "runs"))
    (tmp_path / "two.toml").write_text(SPEC)
    return tmp_path


def start(place: Path, *, background: bool = False) -> subprocess.Popen[str]:
    """The sweep as a process; in the background of a script, Ctrl-C is ignored."""
    command = [sys.executable, "-m", "digitcnn", "sweep", str(place / "two.toml")]
    if background:
        command = ["bash", "-c", 'trap "" INT; exec "$@"', "bash", *command]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)


def wait_for(process: subprocess.Popen[str], words: str) -> None:
    assert process.stdout
    for line in process.stdout:
        if words in line:
            return
    pytest.fail(f"the sweep never printed {words!r}")


def test_the_plan_lists_trials_and_their_commands(place: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["sweep", str(place / "two.toml"), "--plan"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split(maxsplit=1) == [
        "two-sprint-s1",
        "python -m digitcnn train sprint --epochs 12 --images 400 --seed 1",
    ]
    assert not (place / "runs").exists()


@pytest.mark.slow
def test_a_killed_sweep_and_a_stopped_one_resume_and_no_trial_is_trained_twice(place: Path):
    killed = start(place)
    wait_for(killed, "epoch 1 of 12")
    trainings = psutil.Process(killed.pid).children(recursive=True)
    killed.kill()
    killed.communicate()
    _, alive = psutil.wait_procs(trainings, timeout=30)
    assert alive == [], "a training outlived the sweep that had started it"

    stopped = start(place, background=True)
    wait_for(stopped, "two-sprint-s1: epoch 1 of 12")
    stopped.send_signal(signal.SIGTERM)
    printed, _ = stopped.communicate(timeout=300)
    assert (stopped.returncode, "again to resume" in printed) == (130, True)
    assert RunFolder(place / "runs" / "two-sprint-s1").read_record().state == "stopped"

    last = start(place)
    printed, _ = last.communicate(timeout=600)
    assert last.returncode == 0
    assert "2 of 2" in printed
    record = read_sweep(place / "runs" / "_sweeps" / "two.json")
    assert [trial.state for trial in record.trials] == ["finished", "finished"]
    assert [trial.attempts for trial in record.trials] == [2, 2]
    assert sorted(path.name for path in (place / "runs").iterdir()) == [
        "_sweeps",
        "two-sprint-s0",
        "two-sprint-s1",
    ]
    for seed in (0, 1):
        folder = RunFolder(place / "runs" / f"two-sprint-s{seed}")
        assert [row["epoch"] for row in folder.read_history()] == list(range(12))
        assert folder.read_record().state == "finished"
    again = start(place)
    again.communicate(timeout=100)
    assert (again.returncode, read_sweep(place / "runs" / "_sweeps" / "two.json").trials) == (
        0,
        record.trials,
    )


@pytest.mark.slow
def test_a_failed_trial_has_its_error_and_the_others_are_trained(
    place: Path, capsys: pytest.CaptureFixture[str]
):
    (place / "mnist.npz").write_bytes(b"no archive")
    (place / "two.toml").write_text(SPEC.replace("seeds = 2", "seeds = 1"))
    assert main(["sweep", str(place / "two.toml")]) == 1
    printed = capsys.readouterr().out
    assert printed.count("is not a readable MNIST file") == 2
    record = json.loads((place / "runs" / "_sweeps" / "two.json").read_text())
    assert [(trial["state"], trial["attempts"]) for trial in record["trials"]] == [("failed", 1)]


WITHOUT_RAY = """
import importlib, pkgutil, sys
sys.modules["ray"] = None
from digitcnn.cli import main
if sys.argv[1:]:
    sys.exit(main(sys.argv[1:]))
import digitcnn
for module in pkgutil.walk_packages(digitcnn.__path__, "digitcnn."):
    if not module.name.endswith("__main__"):
        try:
            importlib.import_module(module.name)
        except ImportError:
            raise
        except Exception as error:
            assert "streamlit" in type(error).__module__, error  # The canvas wants a running app.
print("all")
"""


def run_without_ray(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT_RAY, *words]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_without_ray_every_module_can_be_imported():
    done = run_without_ray()
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["all"]), done.stderr


def test_without_ray_the_commands_name_the_package_to_install(place: Path):
    asha = place / "asha.toml"
    asha.write_text('presets = ["sprint"]\nsearch = "asha"\nsamples = 2\n[vary]\nbatch_size = [32, 64]\n')
    for words in (
        ("sweep", str(place / "two.toml"), "--ray"),
        ("sweep", str(place / "two.toml"), "--address", "127.0.0.1:1"),
        ("recognize", str(PROJECT / "static"), "--ray", "--out", str(place / "out.jsonl")),
    ):
        done = run_without_ray(*words)
        sentence = "This needs Ray, which is not installed here: pip install -r requirements-ray.txt."
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.splitlines()[-1] == f"digitcnn: {sentence}"
        assert "Traceback" not in done.stderr
    done = run_without_ray("sweep", str(asha))
    assert (done.returncode, "add --ray or --address" in done.stderr) == (1, True)
    assert not (place / "runs").exists()
