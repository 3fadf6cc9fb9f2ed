"""Sweeps on a Ray cluster: every trial once, also where a node is lost or the folder is not shared."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from digitcnn.cluster.trials import TrialSteps, read_files, write_files
from digitcnn.lab.sweeps.record import read_sweep
from digitcnn.run_folder import RunFolder
from testbed.ray_nodes import Cluster, wait_for_cores

PROJECT = Path(__file__).resolve().parents[2]
SPEC = 'presets = ["sprint"]\nseeds = 2\n[settings]\nepochs = 6\nimages = 400\n'
ASHA = """
presets = ["sprint"]
search = "asha"
samples = 3
[settings]
epochs = 12
images = 400
[vary]
learning_rate = [0.01, 0.000001, 0.000002]
[asha]
keep_one_in = 2
"""


def sweep(place: Path, text: str, *words: str) -> subprocess.Popen[str]:
    spec = place / "made.toml"
    spec.write_text(text)
    command = [sys.executable, "-m", "digitcnn", "sweep", str(spec), *words]
    return subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def folders_of(place: Path) -> list[RunFolder]:
    return [RunFolder(path) for path in sorted((place / "runs").iterdir()) if path.name != "_sweeps"]


@pytest.mark.slow
def test_a_lost_node_costs_no_trial_and_the_results_are_those_without_ray(
    place: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
):
    process = sweep(place, SPEC, "--address", cluster.address)
    assert process.stdout
    output = ""
    while "epoch 1 of 6" not in output:
        line = process.stdout.readline()
        assert line, output
        output += line
    cluster.nodes.pop(0).kill()
    # The core that the node leaves idle does the same without Ray meanwhile.
    monkeypatch.setenv("DIGITCNN_RUNS", str(place / "here" / "runs"))
    here = sweep(place, SPEC, "--cores", "1")
    rest, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output + rest
    cluster.add_node()
    record = read_sweep(place / "runs" / "_sweeps" / "made.json")
    assert [trial.state for trial in record.trials] == ["finished", "finished"]
    assert sorted(trial.attempts for trial in record.trials) == [1, 2]
    with_ray = folders_of(place)
    assert [folder.name for folder in with_ray] == ["made-sprint-s0", "made-sprint-s1"]
    for folder in with_ray:
        assert [row["epoch"] for row in folder.read_history()] == list(range(6))
        assert (folder.path / "training.log").read_text().count("Test accuracy") == 1

    here.communicate(timeout=600)
    assert here.returncode == 0
    wait_for_cores(cluster, 2)
    for folder, other in zip(with_ray, folders_of(place / "here"), strict=True):
        one, two = folder.read_predictions()[0], other.read_predictions()[0]
        assert (one.argmax(axis=1) == two.argmax(axis=1)).mean() > 0.99
        assert np.abs(one - two).max() < 0.05


@pytest.mark.slow
def test_asha_stops_trials_that_fall_behind_and_skips_them_the_next_time(place: Path, cluster: Cluster):
    process = sweep(place, ASHA, "--address", cluster.address)
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output
    record = read_sweep(place / "runs" / "_sweeps" / "made.json")
    states = {trial.varied["learning_rate"]: trial.state for trial in record.trials}
    assert states[0.01] == "finished"
    assert set(states.values()) == {"finished", "early"}
    for trial in record.trials:
        folder = RunFolder(place / "runs" / trial.name)
        # What was stopped early has kept its best epoch, too.
        assert folder.read_metrics()["test"]["accuracy"] >= 0
        assert folder.tflite_file.is_file()
    again = sweep(place, ASHA, "--address", cluster.address)
    again.communicate(timeout=300)
    assert (again.returncode, read_sweep(place / "runs" / "_sweeps" / "made.json").trials) == (
        0,
        record.trials,
    )


@pytest.mark.slow
def test_a_trial_without_the_shared_folder_is_fetched(place: Path, cluster: Cluster):
    """A record that the workers cannot see stands for a folder that is not shared."""
    code = (
        "import sys, digitcnn.cluster.sweeping as sweeping\n"
        "from pathlib import Path\n"
        "made = sweeping.Job\n"
        "sweeping.Job = lambda **known: made(**known | {'record': '/nowhere/at/all.json'})\n"
        "from digitcnn.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    spec = place / "away.toml"
    spec.write_text(SPEC.replace("seeds = 2", "seeds = 1"))
    words = [sys.executable, "-c", code, "sweep", str(spec), "--address", cluster.address]
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder,) = folders_of(place)
    assert folder.read_record().state == "finished"
    assert folder.read_predictions()[0].shape[1] == 10
    assert len(folder.read_history()) == 6
    assert folder.keras_file.is_file()
    assert not list(folder.path.glob("part-*"))


def test_files_that_would_land_elsewhere_are_refused(tmp_path: Path):
    folder = RunFolder(tmp_path / "run")
    write_files(folder, {"run.json": b"{}", "history.csv": b"epoch"})
    assert read_files(folder, ["run.json", "gone.txt"]) == {"run.json": b"{}"}
    with pytest.raises(ValueError, match="name of a file"):
        write_files(folder, {"../up.txt": b""})
    assert not (tmp_path / "up.txt").exists()


def test_an_ended_trial_repeats_its_reports():
    rows = [{"epoch": float(epoch), "val_accuracy": 0.5 + epoch / 10} for epoch in range(3)]
    trial = TrialSteps()
    trial.setup({"trial": {"name": "made", "settings": {}, "replay": rows}}, job=object())  # type: ignore[arg-type]
    reports = [trial.step() for _ in rows]
    assert [report["epoch"] for report in reports] == [1, 2, 3]
    assert [report["done"] for report in reports] == [False, False, True]
    trial.cleanup()
    assert json.dumps(reports)
