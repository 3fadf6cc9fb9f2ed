"""What SECURITY.md, docs/hosting.md and the Dockerfile say is so."""

import re
import tomllib
from pathlib import Path

import pytest

from digitcnn import time_budget
from digitcnn.api import limits
from digitcnn.ink import fabric as canvas
from digitcnn.ink.images import load as picture
from digitcnn.lab import personal_digits

ROOT = Path(__file__).resolve().parent.parent
SECURITY = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
HOSTING = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "said",
    [
        f"{limits.MAX_PICTURE_BYTES // 10**6} MB, one file",
        f"{limits.MAX_JSON_BYTES // 10**6} MB, {limits.MAX_STROKES} strokes, {limits.MAX_POINTS:,} points",
        f"{limits.MAX_BYTES_IN_FLIGHT // 10**6} MB, {limits.BODY_SECONDS:.0f} s each",
        f"{limits.MAX_WAITING} of each kind, {limits.WAITING_SECONDS:.0f} s",
        f"{picture.MAX_PIXELS // 10**6} million",
        f"{canvas.MAX_STROKES:,} strokes, {canvas.MAX_POINTS:,} points",
        f"{time_budget.MAX_SECONDS:.0f} s of computing",
        f"{personal_digits.MAX_BYTES // 10**6} MB, {personal_digits.MAX_DIGITS:,} digits",
    ],
)
def test_the_limits_are_those_of_the_code(said: str):
    assert said in SECURITY


@pytest.mark.parametrize("text", [SECURITY, HOSTING], ids=["SECURITY", "hosting"])
def test_every_file_that_is_named_exists(text: str):
    named = re.findall(r"`([\w./-]+\.(?:py|toml|txt))`", text) + re.findall(r"python (scripts/\w+\.py)", text)
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_uploads_are_limited_as_said():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert f"| {config['server']['maxUploadSize']} MB, 100 files at once |" in SECURITY
    assert "gatherUsageStats = false" in (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")


def test_the_container_is_installed_as_readme_says_and_runs_without_rights():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (install,) = re.findall(r"^pip install (-r requirements\.txt) &&", readme, flags=re.MULTILINE)
    assert f"pip install --no-cache-dir {install}" in DOCKERFILE
    assert DOCKERFILE.index("USER digitcnn") < DOCKERFILE.index('CMD ["python", "-m", "digitcnn", "serve"')
    assert "/_stcore/health" in DOCKERFILE
