import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from digitcnn.errors import ModelNotFoundError
from digitcnn.ink.strokes import as_strokes, draw_house_digit
from digitcnn.recognition.model import Recognizer, load_recognizer
from digitcnn.run_folder import SHIPPED, RunFolder, list_runs

MODELS = [folder for folder in list_runs(SHIPPED) if folder.tflite_file.is_file()]
SEVEN = as_strokes([[(10, 10), (60, 12), (35, 100)]])


@pytest.fixture(scope="module")
def simple() -> Recognizer:
    return Recognizer(SHIPPED / "simple" / "model.tflite")


@pytest.fixture(scope="module")
def digits() -> np.ndarray:
    """(600, 28, 28): sevens by pens from very thin to very thick, and between them nothing but noise."""
    pens = np.linspace(1, 5, 300)
    noise = np.random.default_rng(0).random((300, 28, 28), dtype=np.float32)
    return np.concatenate([[draw_house_digit(SEVEN, pen_width=pen) for pen in pens], noise])


@pytest.mark.parametrize("folder", MODELS, ids=lambda folder: folder.name)
def test_every_shipped_model_answers_with_probabilities(folder: RunFolder, digits: np.ndarray):
    recognizer = Recognizer(folder.tflite_file)
    probabilities = recognizer.predict(digits)
    assert probabilities.shape == (600, recognizer.classes)
    assert probabilities.dtype == np.float32
    assert probabilities.min() >= 0
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (probabilities[100:150].argmax(axis=1) == 7).all()


@pytest.mark.parametrize("folder", MODELS, ids=lambda folder: folder.name)
def test_batch_equals_one_by_one(folder: RunFolder, digits: np.ndarray):
    recognizer = Recognizer(folder.tflite_file)
    some = digits[::20]
    one_by_one = np.concatenate([recognizer.predict(digit[np.newaxis]) for digit in some])
    assert np.allclose(recognizer.predict(digits)[::20], one_by_one, atol=1e-5)


def test_thousands_at_once_equal_some_at_a_time(simple: Recognizer, digits: np.ndarray):
    many = np.concatenate([digits, digits, digits[:41]])
    some = [simple.predict(many[at : at + 100]) for at in range(0, len(many), 100)]
    assert np.allclose(simple.predict(many), np.concatenate(some), atol=1e-5)


def test_model_goes_on_where_its_file_is_gone(tmp_path: Path, digits: np.ndarray):
    file = tmp_path / "model.tflite"
    file.write_bytes((SHIPPED / "simple" / "model.tflite").read_bytes())
    recognizer = Recognizer(file)
    file.unlink()
    many = np.concatenate([digits, digits])
    assert recognizer.predict(many).shape == (1200, 10)


def test_no_digits_give_no_rows(simple: Recognizer):
    assert simple.predict(np.empty((0, 28, 28))).shape == (0, 10)


def test_dtype_and_memory_order_change_nothing(simple: Recognizer, digits: np.ndarray):
    usual = simple.predict(digits[:8])
    assert np.allclose(simple.predict(digits[:8].astype(np.float64)), usual, atol=1e-6)
    assert np.allclose(simple.predict(np.asfortranarray(digits[:8])), usual, atol=1e-6)
    assert np.allclose(simple.predict(digits[14::-2]), simple.predict(digits[0:16:2])[::-1], atol=1e-6)


def test_answers_that_were_given_stay_as_they_are(simple: Recognizer, digits: np.ndarray):
    first = simple.predict(digits[:4])
    kept = first.copy()
    simple.predict(digits[300:304])
    assert np.array_equal(first, kept)


def test_eight_threads_get_the_answers_of_one(simple: Recognizer, digits: np.ndarray):
    batches = [digits[at : at + 1 + at % 7] for at in range(0, 400)]
    expected = [simple.predict(batch) for batch in batches]
    together = threading.Barrier(8)

    def answer(start: int) -> list[np.ndarray]:
        together.wait(timeout=30)
        return [simple.predict(batch) for batch in batches[start:] + batches[:start]]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(answer, range(0, 400, 50)))
    for start, given in zip(range(0, 400, 50), answers, strict=True):
        for got, want in zip(given, expected[start:] + expected[:start], strict=True):
            assert np.array_equal(got, want)


@pytest.mark.parametrize("shape", [(28, 28), (1, 784), (1, 28, 28, 1), (2, 27, 28), (0,)])
def test_other_shapes_are_refused(simple: Recognizer, shape: tuple[int, ...]):
    with pytest.raises(ValueError, match=r"expected digits of shape \(n, 28, 28\), received \("):
        simple.predict(np.zeros(shape))


def test_refusing_a_batch_does_not_disturb_the_next(simple: Recognizer, digits: np.ndarray):
    usual = simple.predict(digits[:3])
    with pytest.raises(ValueError, match="expected digits"):
        simple.predict(np.zeros((3, 5, 5)))
    assert np.array_equal(simple.predict(digits[:3]), usual)


def test_file_is_loaded_once_and_anew_when_it_changed(tmp_path: Path):
    path = Path(shutil.copy(SHIPPED / "simple" / "model.tflite", tmp_path))
    first = load_recognizer(path)
    assert load_recognizer(path) is first
    os.utime(path, ns=(1, 1))
    assert load_recognizer(path) is not first


@pytest.mark.parametrize("length", [0, 10, 5_000, -2_000])
def test_cut_off_model_is_an_error_that_names_the_file(tmp_path: Path, length: int):
    whole = (SHIPPED / "simple" / "model.tflite").read_bytes()
    path = tmp_path / "cut.tflite"
    path.write_bytes(whole[:length])
    with pytest.raises(ModelNotFoundError, match=r"cut\.tflite cannot be loaded as a LiteRT model"):
        Recognizer(path)


def test_missing_model_is_an_error_that_names_the_file(tmp_path: Path):
    with pytest.raises(ModelNotFoundError, match=r"none\.tflite cannot be loaded"):
        Recognizer(tmp_path / "none.tflite")


def test_shipped_models_agree_with_what_their_run_recorded(data: Path):
    """LiteRT's answers against those of Keras that the run folder keeps, on real test digits."""
    with np.load(data / "mnist.npz", allow_pickle=False) as file:
        digits, labels = file["x_test"][:1000].astype(np.float32) / 255, file["y_test"][:1000]
    for folder in MODELS:
        recorded, recorded_labels = folder.read_predictions()
        assert np.array_equal(recorded_labels[:1000], labels)
        given = Recognizer(folder.tflite_file).predict(digits)[:, :10]
        given = given / given.sum(axis=1, keepdims=True)
        assert np.abs(given - recorded[:1000]).max() < 1e-4, folder.name


def test_a_model_answers_on_while_its_file_is_written_anew(tmp_path: Path):
    path = tmp_path / "model.tflite"
    path.write_bytes((SHIPPED / "simple" / "model.tflite").read_bytes())
    recognizer = Recognizer(path)
    with path.open("wb") as file:
        assert file.tell() == 0
        assert recognizer.predict(np.zeros((3, 28, 28))).shape == (3, 10)
