"""What README and CONTRIBUTING say is so."""

import doctest
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from digitcnn import __version__
from digitcnn.lab.personal_digits import PersonalDigits
from digitcnn.training.presets import PRESETS
from tests.support.made_pictures import draw

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
TEXTS = {
    path.name: path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/decisions/[a-z]*.md"))
}
"""Texts that name files by their paths from the root."""


def fenced(text: str, language: str) -> list[str]:
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    return [block for its_language, block in blocks if its_language == language]


def commands(text: str) -> list[str]:
    """Each command of the text's shell blocks, and of its code spans that start with python."""
    lines = [line for block in fenced(text, "bash") for line in block.splitlines()]
    lines += re.findall(r"`(python [^`]+)`", text)
    return [part.strip() for line in lines for part in line.split("&&")]


RUN_ELSEWHERE = (
    "pip install -r requirements.txt",
    "streamlit run streamlit_app.py",
    "pip install -r requirements-dev.txt",
    "pytest",
    "python -m digitcnn serve --port 8501",
    "curl -F file=@photo.jpg http://127.0.0.1:8501/api/recognize",
    "curl -H 'Content-Type: application/json' "
    """-d '{"strokes": [[[10, 10], [60, 12], [35, 100]]], "expect": "digit"}' http://127.0.0.1:8501/api/recognize""",
)
SLOW = ("python -m digitcnn train simple", "python -m digitcnn.training.strips")
RUN_HERE = sorted({*commands(README)} - {*RUN_ELSEWHERE})


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


@pytest.mark.parametrize(
    "command",
    [pytest.param(command, marks=[pytest.mark.slow] if command in SLOW else []) for command in RUN_HERE],
)
def test_every_command_of_the_readme_runs(command: str, newcomer: Path, request: pytest.FixtureRequest):
    """As it is written, but for what would take minutes: one short epoch, and the benchmarks' help."""
    words = shlex.split(command)
    if not {"train", "mnist", "digitcnn.training.strips"}.isdisjoint(words) and "--help" not in words:
        request.getfixturevalue("data")  # Without it, MNIST or pen strokes would be downloaded.
    if "train" in words and "--help" not in words:
        command += " --epochs 1 --images 200"
    if "digitcnn.training.strips" in words:
        command += " --epochs 1 --numbers 64 --to made.tflite --checkpoint made"
    if any(word.startswith("benchmarks") for word in words):
        command += " --help"
    done = subprocess.run(
        ["bash", "-c", command], cwd=newcomer, capture_output=True, text=True, timeout=600, check=False
    )
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


def test_commands_that_install_or_serve_are_run_where_they_can_be():
    """By .ci/run in a fresh environment, by tests/test_package.py, and by the test of the server below."""
    assert set(RUN_ELSEWHERE) < set(commands(README))
    assert "grep -E '^pip install -r ' README.md" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_server_answers_as_the_readme_shows(newcomer: Path):
    (serving,) = [command for command in commands(README) if "digitcnn serve" in command]
    asking = [command for command in commands(README) if command.startswith("curl ")]
    if not shutil.which("curl"):
        pytest.skip("no curl here")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    server = subprocess.Popen(
        ["bash", "-c", f"exec {serving.replace('8501', port)}"], cwd=newcomer, stderr=subprocess.DEVNULL
    )
    try:
        replies = []
        for command in asking:
            patient = f"{command.replace('8501', port)} --retry 60 --retry-connrefused --retry-delay 1 --fail"
            done = subprocess.run(
                ["bash", "-c", patient], cwd=newcomer, capture_output=True, timeout=300, check=True
            )
            replies.append(json.loads(done.stdout))
    finally:
        server.terminate()
        server.wait(timeout=30)
    shown = json.loads(*fenced(README, "json"))
    assert len(replies) == 2
    for answered in replies:
        assert (answered["text"], answered["error"]) == ("7", None)
        assert set(answered) == set(shown)
        assert set(answered["digits"][0]) == set(shown["digits"][0])


@pytest.fixture
def newcomer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like the checkout, with pictures in it and no runs so far, in which `python` is this one."""
    for name in ("digitcnn", "models", "benchmarks", "testbed", "pages", "static", ".streamlit"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "scans").mkdir()
    for place in ("photo.jpg", "scans/a.png"):
        draw("7").save(tmp_path / place)
    own = PersonalDigits().add(np.eye(28, dtype=np.float32), 1)
    (tmp_path / "my-digits.npz").write_bytes(own.to_bytes())
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    monkeypatch.setenv("PATH", f"{python.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path / "runs"))
    return tmp_path


def test_the_trained_presets_of_commands_exist():
    named = re.findall(r"python -m digitcnn train (\w[\w-]*)", README)
    assert named
    assert set(named) <= set(PRESETS)


def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    example = "\n".join(fenced(README, "python"))
    photo = Image.new("RGB", (400, 300), "white")
    ImageDraw.Draw(photo).line([(120, 60), (260, 65), (180, 240)], fill="black", width=18, joint="curve")
    photo.save(tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), names)
    assert getattr(names["reading"], "text", None) == "7"


@pytest.mark.parametrize("module", ["digitcnn", "digitcnn.recognition.reader"])
def test_the_examples_of_docstrings_run(module: str):
    tried = doctest.testmod(import_module(module))
    assert tried.attempted
    assert not tried.failed


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_every_file_that_is_named_exists(text: str):
    spans = re.findall(r"`([\w./<>-]+)`", text) + re.findall(r"\]\(([\w./-]+)\)", text)
    paths = {span for span in spans if "/" in span or re.search(r"\.(py|md|txt|toml)$", span)}
    ours = {path for path in paths if "<" not in path and path != "runs/" and not path.startswith("/")}
    assert ours
    assert sorted(path for path in ours if not (ROOT / path).exists()) == []


def test_every_link_of_every_document_leads_somewhere():
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    links = {
        (path, link)
        for path in documents
        for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8"))
        if not link.startswith("http")
    }
    assert [link for path, link in links if not leads_somewhere(path, link)] == []


def leads_somewhere(path: Path, link: str) -> bool:
    """Whether a link of a document names a file, and a heading in it where it has an anchor."""
    file, _, anchor = link.partition("#")
    target = path.parent / file if file else path
    if not target.exists() or not anchor:
        return target.exists()
    headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
    return anchor in {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_the_changelog_tells_of_this_version():
    assert f"\n## {__version__}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


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


def test_developers_folders_depend_on_each_other_as_contributing_says():
    """Tests, benchmarks and scripts share `testbed`; tests import the others only to test them."""
    imports = {
        path.relative_to(ROOT).as_posix(): re.findall(
            r"^\s*(?:from|import) (\w+)", path.read_text(), re.MULTILINE
        )
        for folder in ("tests", "testbed", "benchmarks", "scripts")
        for path in (ROOT / folder).rglob("*.py")
    }
    others = {"tests", "benchmarks", "scripts"}
    wrong = [
        f"{path} imports {name}"
        for path, names in imports.items()
        for name in others.intersection(names) - {path.split("/")[0]}
        if not path.startswith(("tests/benchmarks/", "tests/hardening/"))
    ]
    assert wrong == []
