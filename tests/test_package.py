"""What `pip install .` puts elsewhere works there, its models included."""

import os
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.support.made_pictures import draw

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ("requirements.txt", "requirements-ray.txt")
APP = ("streamlit_app.py", "pages", "static", ".streamlit")
PARTS = ("digitcnn", "models", *APP, "pyproject.toml", "README.md", "LICENSE", *REQUIREMENTS)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a wheel of this checkout was unpacked into."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    for part in PARTS:
        if (PROJECT / part).is_dir():
            shutil.copytree(PROJECT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(PROJECT / part, source / part)
    build = [sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "--no-build-isolation", "--quiet"]
    subprocess.run([*build, "--wheel-dir", "made"], cwd=source, check=True, timeout=600)
    (wheel,) = (source / "made").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def test_every_file_of_the_package_and_every_model_is_in_it(installed: Path):
    app = [(folder, f"digitcnn/app/{folder}") for folder in ("pages", "static", ".streamlit")]
    for source, target in (("digitcnn", "digitcnn"), ("models", "digitcnn/shipped"), *app):
        files = {
            path.relative_to(PROJECT / source) for path in (PROJECT / source).rglob("*") if path.is_file()
        }
        wanted = {path for path in files if not {"__pycache__", "checkpoint"} & set(path.parts)}
        assert sorted(path for path in wanted if not (installed / target / path).is_file()) == []


def test_there_is_a_script_of_its_name(installed: Path):
    (entries,) = installed.glob("digitcnn-*.dist-info/entry_points.txt")
    assert entries.read_text().split("\n")[:2] == ["[console_scripts]", "digitcnn = digitcnn.cli:main"]


def run_installed(installed: Path, folder: Path, *arguments: str) -> str:
    """What the installed package says to a Python that is started in a folder."""
    environment = {name: value for name, value in os.environ.items() if name != "DIGITCNN_RUNS"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    ).stdout


def test_it_reads_pictures_far_from_the_checkout(installed: Path, tmp_path: Path):
    draw("25").save(tmp_path / "number.png")
    for arguments, said in ((["recognize", "number.png"], "25\n"), (["runs"], "shipped")):
        assert said in run_installed(installed, tmp_path, "-m", "digitcnn", *arguments)
    assert [path.name for path in tmp_path.iterdir()] == ["number.png"]


def test_runs_made_there_are_kept_in_the_working_folder(installed: Path, tmp_path: Path):
    code = "from digitcnn.run_folder import SHIPPED, runs_root; print(SHIPPED, runs_root(), sep='\\n')"
    said = run_installed(installed, tmp_path, "-c", code)
    assert said.splitlines() == [str(installed / "digitcnn" / "shipped"), str(tmp_path / "runs")]


def test_every_page_opens_there(installed: Path, tmp_path: Path):
    code = """
from streamlit.testing.v1 import AppTest
from digitcnn.run_folder import APP
for page in (APP / "streamlit_app.py", *sorted(APP.glob("pages/*.py"))):
    shown = AppTest.from_file(str(page), default_timeout=120).run()
    print(page.stem, [error.message for error in shown.exception], len(shown.main))
"""
    said = run_installed(installed, tmp_path, "-c", code).splitlines()
    assert [line.partition(" ")[0] for line in said] == [
        "streamlit_app",
        "data",
        "draw",
        "model_lab",
        "upload",
    ]
    assert [line for line in said if " [] " not in line or line.endswith(" 0")] == []


def test_it_serves_the_app_with_its_looks_and_the_api(installed: Path, tmp_path: Path):
    server = subprocess.Popen(
        [sys.executable, "-u", "-c", "from digitcnn.api.serve import serve; serve(port=0)"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(installed)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout
    try:
        address = next(found[0] for line in server.stdout if (found := re.search(r"http://127[\d.:]+", line)))
        for path, said in (
            ("/draw", b'<div id="root">'),
            ("/app/static/icon.svg", b"<svg"),
            ("/api/health", b"version"),
        ):
            with urllib.request.urlopen(address + path, timeout=60) as answer:
                assert said in answer.read()
    finally:
        server.terminate()
        server.communicate(timeout=30)
