"""What the browser is given of a model, and what is said of one that it cannot run."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from digitcnn.browser.network import read_network
from digitcnn.browser.page import describe_reader, read_script, write_page
from digitcnn.errors import RunFolderError
from digitcnn.run_folder import SHIPPED, RunFolder, find_run


def test_steps_are_the_models_layers_with_normalization_folded_in():
    network = read_network(SHIPPED / "simple" / "model.tflite")
    assert [step["op"] for step in network.steps] == [
        "convolution", "max", "convolution", "max", "dense", "dense", "softmax",
    ]  # fmt: skip
    assert [step["shape"] for step in network.steps][:2] == [[26, 26, 32], [13, 13, 32]]
    assert network.weights.size == find_run("simple").read_record().parameters


def test_description_is_plain_json_with_the_runs_own_numbers():
    description = json.loads(json.dumps(describe_reader(find_run("reader"))))
    record = find_run("reader").read_record()
    assert description["temperature"] == record.temperature
    assert description["refuse_above"] == record.refuse_above
    assert description["uses_tta"]
    assert not describe_reader(find_run("simple"))["uses_tta"]


@pytest.mark.parametrize("content", [b"", b"TFL3 but no model", np.arange(999).tobytes()])
def test_what_is_no_model_is_said(tmp_path: Path, content: bytes):
    path = tmp_path / "model.tflite"
    path.write_bytes(content)
    with pytest.raises(RunFolderError, match="cannot be read as a LiteRT model"):
        read_network(path)


def test_a_run_without_a_model_is_said(tmp_path: Path):
    ignored = shutil.ignore_patterns("model.*")
    folder = RunFolder(shutil.copytree(SHIPPED / "sprint", tmp_path / "sprint", ignore=ignored))
    with pytest.raises(RunFolderError, match="train it to its end"):
        describe_reader(folder)


def test_names_cannot_break_out_of_the_page(tmp_path: Path):
    folder = RunFolder(shutil.copytree(SHIPPED / "sprint", tmp_path / "<script>alert(1)<"))
    page = write_page(folder)
    assert "<script>alert" not in page


def test_script_imports_nothing():
    assert "import " not in read_script()
    assert "\nexport " not in read_script()
