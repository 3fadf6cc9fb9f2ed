"""Each exported file answers as the app does, loaded as docs/use-it-in-your-code.md says."""

import contextlib
import io
import os
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitcnn import DigitReader
from digitcnn.confidence import calibrate_confidence
from digitcnn.ink.strokes import Box
from digitcnn.recognition.tta import DOUBT
from digitcnn.training.datasets import load_local_mnist
from tests.support.made_pictures import draw

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parent.parent
GUIDE = (PROJECT / "docs" / "use-it-in-your-code.md").read_text(encoding="utf-8")
SHARED, *EXAMPLES = re.findall(r"^```python\n(.*?)^```$", GUIDE, flags=re.DOTALL | re.MULTILINE)
COMMANDS = re.findall(r"^```bash\n(.*?)^```$", GUIDE, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which the guide's commands have been run, and where its code is."""
    here = tmp_path_factory.mktemp("elsewhere")
    (here / "models").symlink_to(PROJECT / "models")
    # All at once: each loads its own libraries and writes its own file.
    running = [
        subprocess.Popen(
            [sys.executable if word == "python" else word for word in shlex.split(command)],
            cwd=here,
            env=os.environ | {"PYTHONPATH": str(PROJECT)},
        )
        for command in COMMANDS
    ]
    assert [process.wait(timeout=600) for process in running] == [0] * len(COMMANDS)
    (here / "digits.py").write_text(SHARED)
    draw("7").save(here / "seven.png")
    before = Path.cwd()
    os.chdir(here)
    sys.path.insert(0, str(here))
    yield here
    sys.path.remove(str(here))
    sys.modules.pop("digits", None)
    os.chdir(before)


@pytest.fixture(scope="module", params=EXAMPLES, ids=lambda code: re.findall(r'"reader\.(\w+)"', code)[0])
def example(folder: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
    """The names of an example that has run, and what it printed as "said"."""
    said, names = io.StringIO(), {}
    with contextlib.redirect_stdout(said):
        exec(compile(request.param, "use-it-in-your-code.md", "exec"), names)
    return names | {"said": said.getvalue()}


def test_the_guide_has_code_for_every_format_and_needs_no_digitcnn():
    assert len(EXAMPLES) == 4
    assert not any(re.search(r"import.*digitcnn|from digitcnn", code) for code in [SHARED, *EXAMPLES])


@pytest.mark.parametrize("bias", [-0.8, 0.0, 0.8])
def test_the_guide_is_as_sure_as_the_app(folder: Path, bias: float):
    run = {"temperature": 1.3, "refusal_bias": bias, "refuse_above": 0.4}
    rows = np.random.default_rng(0).dirichlet(np.full(11, 0.3), size=200).astype(np.float32)
    decide = runpy.run_path(str(folder / "digits.py"))["decide"]
    for row, calibrated in zip(rows, calibrate_confidence(rows, 1.3, bias), strict=True):
        digit, sure = decide(row, run)
        refused = calibrated[10] > 0.4
        assert digit == (None if refused else calibrated[:10].argmax())
        assert sure == pytest.approx(calibrated[10] if refused else calibrated[:10].max(), abs=1e-6)


def test_the_guide_knows_other_classes(folder: Path):
    run = {"classes": [*"ABCDEFGHIJKL"], "temperature": 1.3, "refuse_above": None}
    row = np.linspace(0.01, 0.99, 12)
    decide = runpy.run_path(str(folder / "digits.py"))["decide"]
    label, sure = decide(row / row.sum(), run)
    assert run["classes"][label] == "L"
    assert sure == pytest.approx(calibrate_confidence(row[np.newaxis] / row.sum(), 1.3, 0.0)[0, 11])


def test_the_example_reads_a_seven(example: dict[str, Any]):
    digit, confidence = eval(example["said"].splitlines()[-1])
    assert digit == 7
    assert confidence > 0.9


def test_a_thousand_test_digits_are_answered_as_the_app_does(example: dict[str, Any], data: Path):
    mnist = load_local_mnist()
    assert mnist
    digits = mnist[1].take(np.arange(10_000) % 10 == 0).pixels
    reader = DigitReader()
    expected = reader.classify_batch(digits, [Box(0, 0, 28, 28)] * len(digits))
    probabilities = answer(example["model"], digits[..., np.newaxis])
    decided = [example["decide"](row, example["run"]) for row in probabilities]
    assert len(decided) == 1000
    sure = [(*pair, each) for pair, each in zip(decided, expected, strict=True) if pair[1] > DOUBT]
    assert len(sure) > 950
    assert [digit for digit, _, _ in sure] == [each.label for _, _, each in sure]
    assert max(abs(confidence - each.confidence) for _, confidence, each in sure) < 1e-3
    changed = [digit != each.label for (digit, _), each in zip(decided, expected, strict=True)]
    assert sum(changed) <= 2  # by a second look
    bare = probabilities[:, :10] / probabilities[:, :10].sum(axis=1, keepdims=True)
    assert np.abs(bare - reader.classify(digits)).max() < 1e-3


def answer(model: Any, digits: np.ndarray) -> np.ndarray:
    """Each row by the calls that the guide makes, whatever the model was loaded by."""
    if hasattr(model, "predict"):
        return model.predict(digits, verbose=0)
    if hasattr(model, "run"):
        return model.run(None, {model.get_inputs()[0].name: digits})[0]
    place, result = model.get_input_details()[0]["index"], model.get_output_details()[0]["index"]
    rows = []
    for digit in digits:
        model.set_tensor(place, digit[np.newaxis])
        model.invoke()
        rows.append(model.get_tensor(result)[0])
    return np.stack(rows)
