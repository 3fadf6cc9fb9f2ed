"""Runs code and notebooks that the Lab writes, as their readers do."""

import json
from pathlib import Path
from typing import Any

import pytest


def run_code(code: str) -> dict[str, Any]:
    """Runs code alone; returns the names at the end."""
    names: dict[str, Any] = {}
    exec(compile(code, "copied", "exec"), names)
    return names


def run_notebook(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Runs the code of all cells in a folder, as Jupyter does; returns the names at the end."""
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.chdir(folder)
    cells = json.loads(text)["cells"]
    return run_code("\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"))
