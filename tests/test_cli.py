"""The command line without TensorFlow."""

from pathlib import Path

import psutil
import pytest

from digitcnn.cli import main
from digitcnn.lab.runs.settings import Settings
from digitcnn.run_folder import RunFolder, RunRecord


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["--epochs", "0"], "Epochs must be between 1 and 200, received 0."),
        (["--images", "10"], "Images must be between 100 and 1e+06, received 10."),
        (["--learning-rate", "-1"], "Learning rate must be between 1e-06 and 1, received -1."),
        (["--validation-split", "0.9"], "Validation split must be between 0.01 and 0.5, received 0.9."),
        (["--batch-size", "1"], "Batch size must be between 8 and 4096, received 1."),
        (["--seed", "-3"], "Seed must be between 0 and"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_a_setting_outside_of_its_limits_is_refused(
    arguments: list[str], printed: str, runs: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["train", "simple", *arguments]) == 1
    assert printed in capsys.readouterr().err
    assert list(runs.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "nosuch"],
        ["train", "simple", "--optimizer", "magic"],
        ["train", "simple", "--steps", "10"],
        ["train", "page-detector", "--epochs", "2"],
        ["train"],
        ["recognize"],
        ["recognize", "x.png", "--format", "xml"],
        ["serve", "--port", "99999"],
        ["nosuch"],
        [],
    ],
)
def test_a_word_that_is_not_known_is_refused_with_those_that_are(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: digitcnn" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [(["--steps", "0"], "Steps must be between 1 and"), (["--learning-rate", "3"], "Learning rate must be")],
)
def test_a_page_detector_is_not_trained_with_other_settings_than_it_can(
    arguments: list[str], printed: str, runs: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["train", "page-detector", *arguments]) == 1
    assert printed in capsys.readouterr().err
    assert list(runs.iterdir()) == []


def test_every_setting_has_an_option_with_help(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    printed = capsys.readouterr().out
    for name in Settings.names():
        assert f"--{name.replace('_', '-')}" in printed


def test_a_folder_that_somebody_trains_in_is_left_alone(runs: Path, capsys: pytest.CaptureFixture[str]):
    other = psutil.Process(1)
    record = RunRecord("simple", {}, {}, 0, "running", "2026", process=1, process_started=other.create_time())
    folder = RunFolder(runs / "simple")
    folder.path.mkdir()
    folder.write_record(record)
    assert main(["train", "simple"]) == 1
    assert "is being trained right now, by process 1" in capsys.readouterr().err
    assert folder.read_record() == record


@pytest.mark.parametrize(
    "command",
    [
        *(
            "recognize",
            "train",
            "sweep",
            "runs",
            "runs list",
            "runs show",
            "runs delete",
            "evaluate",
            "compare",
        ),
        *("export", "data", "data fetch", "data describe", "serve"),
    ],
)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as stopped:
        main([*command.split(), "--help"])
    assert stopped.value.code == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"usage: digitcnn {command}")
    assert command.split()[0] in _help_of_all(capsys)


def test_help_of_all_explains_every_exit_code(capsys: pytest.CaptureFixture[str]):
    printed = _help_of_all(capsys)
    assert all(f"\n  {status} " in printed for status in (0, 1, 2, 130, 141))


def _help_of_all(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit):
        main(["--help"])
    return capsys.readouterr().out
