"""`digitcnn adapt`: its output, what it writes, and its messages."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitcnn import DigitReader
from digitcnn.cli import main
from digitcnn.lab.personal_digits import PersonalDigits
from tests.support.triangles import write_triangles


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def digits(here: Path) -> Path:
    own = PersonalDigits()
    for pixels in write_triangles(8, 0):
        own = own.add(pixels, 5)
    path = here / "my-digits.npz"
    path.write_bytes(own.to_bytes())
    return path


def answers(model: Path) -> list[int]:
    return DigitReader(model).classify(np.stack(write_triangles(6, 1))).argmax(axis=1).tolist()


def test_it_writes_a_run_that_reads_the_hand_and_prints_what_it_helped(
    here: Path, digits: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["adapt", "my-digits.npz", "--to", "mine"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["digits", "read", "right", "before", "after", "of"]
    yours = lines[1].split()
    assert yours[-1] == "8"
    assert int(yours[-2]) >= 7 > int(yours[-3])
    assert any(line.startswith("MNIST test") and line.endswith("10,000") for line in lines)
    assert lines[-1] == "mine"
    assert answers(here / "mine") == [5] * 6


def test_a_folder_of_pictures_teaches_as_well(here: Path, capsys: pytest.CaptureFixture[str]):
    for name, seeds in (("5", range(6)), ("none", range(6, 7))):
        (here / "pictures" / name).mkdir(parents=True)
        for seed in seeds:
            pixels = write_triangles(1, seed)[0] if name == "5" else np.eye(28)
            ink = Image.fromarray((255 - 255 * pixels).astype(np.uint8)).resize((140, 140))
            ink.save(here / "pictures" / name / f"{seed}.png")
    assert main(["adapt", "pictures", "--to", "mine"]) == 0
    assert answers(here / "mine") == [5] * 6


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.npz", "--to", "mine"], "nothing.npz: No such file"),
        (["empty", "--to", "mine"], "holds no pictures in folders named 0 to 9"),
        (["blank", "--to", "mine"], "shows no ink"),
        (["text.npz", "--to", "mine"], "This file holds no digits of yours"),
        (["my-digits.npz", "--to", "blank"], "blank is not empty"),
        (["my-digits.npz", "--to", "mine", "--model", "nosuch"], "no trained model called 'nosuch'"),
        (["my-digits.npz", "--to", "mine", "--model", "old"], "old kept no features.npz"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_refusal_has_a_message_and_writes_nothing(
    arguments: list[str], message: str, here: Path, digits: Path, capsys: pytest.CaptureFixture[str]
):
    (here / "empty").mkdir()
    (here / "blank" / "3").mkdir(parents=True)
    Image.new("L", (40, 40), 255).save(here / "blank" / "3" / "paper.png")
    (here / "text.npz").write_text("hello")
    old = here / "old"
    old.mkdir()
    for name in ("run.json", "model.tflite"):
        (old / name).write_bytes((DigitReader("simple").folder.path / name).read_bytes())
    assert main(["adapt", *arguments]) == 1
    assert message in capsys.readouterr().err
    assert not (here / "mine").exists()
