"""What README and CONTRIBUTING say is so."""

import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from digitcnn.training.presets import PRESETS

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def fenced(text: str, language: str) -> list[str]:
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    return [block for its_language, block in blocks if its_language == language]


def commands(text: str) -> list[str]:
    """Each command of the text's shell blocks, and of its code spans that start with python."""
    lines = [line for block in fenced(text, "bash") for line in block.splitlines()]
    lines += re.findall(r"`(python [^`]+)`", text)
    return [part.strip() for line in lines for part in line.split("&&")]


def test_first_screen_sets_up_in_two_commands():
    first, second = fenced("\n".join(README.splitlines()[:20]) + "\n", "bash")
    assert first == "pip install -r requirements.txt && streamlit run streamlit_app.py\n"
    assert second == "pip install -r requirements-dev.txt && pytest\n"


def test_every_preset_stands_in_the_table():
    assert re.findall(r"^\| `([\w-]+)` \|", README.partition("\n## How well")[0], flags=re.MULTILINE) == [
        *PRESETS
    ]


@pytest.mark.parametrize("command", sorted({*commands(README), *commands(CONTRIBUTING)}))
def test_what_a_command_names_is_there(command: str):
    words = [word for word in shlex.split(command) if "<" not in word]
    files = [word for word in words if re.search(r"\.(py|txt)$", word) or word.startswith("scripts/")]
    assert [file for file in files if not (ROOT / file).is_file()] == []
    if words[:2] == ["python", "-m"]:
        assert find_spec(words[2])


@pytest.mark.parametrize("command", ["python -m digitcnn --help", "python -m digitcnn train --help"])
def test_the_command_line_starts(command: str):
    subprocess.run([sys.executable, *shlex.split(command)[1:]], cwd=ROOT, capture_output=True, check=True)


def test_the_trained_presets_of_commands_exist():
    named = re.findall(r"python -m digitcnn train (\w[\w-]*)", README)
    assert named
    assert set(named) <= set(PRESETS)


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (example,) = fenced(README, "python")
    photo = Image.new("RGB", (400, 300), "white")
    ImageDraw.Draw(photo).line([(120, 60), (260, 65), (180, 240)], fill="black", width=18, joint="curve")
    photo.save(tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), names)
    assert getattr(names["reading"], "text", None) == "7"


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_every_file_that_is_named_exists(text: str):
    spans = re.findall(r"`([\w./<>-]+)`", text) + re.findall(r"\]\(([\w./-]+)\)", text)
    paths = {span for span in spans if "/" in span or re.search(r"\.(py|md|txt|toml)$", span)}
    ours = {path for path in paths if "<" not in path and path != "runs/"}
    assert ours
    assert sorted(path for path in ours if not (ROOT / path).exists()) == []


def test_the_tree_names_what_is_there():
    tree = next(block for block in fenced(README, "") if "streamlit_app.py" in block)
    missing, folder = [], Path()
    for line in tree.splitlines():
        indent, name = re.match(r"( *)(\S+)", line).groups()  # pyright: ignore[reportOptionalMemberAccess]
        path = folder / name if indent else Path(name)
        folder = folder if indent else path
        if not (ROOT / path).exists():
            missing.append(str(path))
    assert missing == []
