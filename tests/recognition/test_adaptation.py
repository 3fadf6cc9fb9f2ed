"""A reader that learns one hand, on a made one: whoever writes a triangle for a 5."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from digitcnn import DigitReader
from digitcnn.confidence import calibrate_confidence
from digitcnn.errors import NotSupportedError, RunFolderError
from digitcnn.ink.strokes import Box, draw_house_digit
from digitcnn.kept_features import read_features, summarize_features, write_features
from digitcnn.recognition.adaptation.last_layer import (
    LastLayer,
    read_last_layer,
    with_last_layer,
    without_last_layer,
)
from digitcnn.recognition.adaptation.learning import MAX_LOST_DIGITS
from digitcnn.recognition.model import Recognizer, open_network, run_network
from digitcnn.run_folder import SHIPPED, list_runs
from tests.support.triangles import write_triangles

MODELS = [folder.name for folder in list_runs(SHIPPED) if folder.tflite_file.is_file()]
BOX = Box(0, 0, 9, 9)


def labels_of(reader: DigitReader, pixels: list[np.ndarray]) -> list[int | None]:
    return [digit.label for digit in reader.classify_batch(np.stack(pixels), [BOX] * len(pixels))]


@pytest.fixture(scope="module")
def reader() -> DigitReader:
    return DigitReader()


@pytest.fixture(scope="module")
def adapted(reader: DigitReader) -> DigitReader:
    return reader.adapt([(pixels, 5) for pixels in write_triangles(12, 0)])


def test_it_reads_other_digits_of_the_hand_that_it_learned(reader: DigitReader, adapted: DigitReader):
    unseen = write_triangles(20, 1)
    assert labels_of(reader, unseen).count(5) <= 2
    assert labels_of(adapted, unseen).count(5) >= 18


def test_the_old_reader_is_unchanged(reader: DigitReader, adapted: DigitReader):
    pixels = np.stack(write_triangles(5, 2))
    assert np.array_equal(reader.classify(pixels), DigitReader().classify(pixels))
    assert not np.allclose(adapted.classify(pixels), reader.classify(pixels), atol=0.1)
    assert reader.lesson is None


def test_held_digits_do_not_suffer(adapted: DigitReader):
    assert adapted.lesson
    assert adapted.lesson.digits == 12
    assert "MNIST test" in [each.name for each in adapted.lesson.held]
    for each in adapted.lesson.held:
        assert 0.8 * each.images < each.before < each.images
        if each.are_digits:
            assert each.after >= each.before - max(1, MAX_LOST_DIGITS * each.images)


@pytest.mark.slow
def test_held_digits_are_counted_as_the_whole_set_is(adapted: DigitReader, data: Path):
    """The few features that the run kept tell the errors on all of MNIST's test digits, before and after."""
    with np.load(data / "mnist.npz", allow_pickle=False) as file:
        pixels, labels = file["x_test"].astype(np.float32) / 255, file["y_test"]
    record = adapted.folder.read_record()
    assert adapted.lesson
    assert record.refuse_above
    right = []
    for content in (adapted.learner.model, adapted.lesson.model):
        answers = Recognizer(content).predict(pixels)
        shares = calibrate_confidence(answers, record.temperature, record.refusal_bias)
        refused = shares[:, 10] > record.refuse_above
        right.append(int(((shares[:, :10].argmax(axis=1) == labels) & ~refused).sum()))
    (held,) = [each for each in adapted.lesson.held if each.name == "MNIST test"]
    assert (held.before, held.after) == pytest.approx(tuple(right), abs=2)


def test_it_learns_what_is_not_a_digit(reader: DigitReader, adapted: DigitReader):
    """Whoever writes triangles, but for no digit: they become less likely to be one."""
    unseen = np.stack(write_triangles(20, 1))
    refusing = reader.adapt([(pixels, None) for pixels in write_triangles(12, 0)])
    chances = [
        np.mean([digit.digit_probability for digit in each.classify_batch(unseen, [BOX] * len(unseen))])
        for each in (refusing, reader, adapted)
    ]
    assert chances[0] < 0.7 * chances[1] < 0.7 * chances[2]


def test_it_does_not_unlearn_what_everybody_writes(reader: DigitReader):
    sevens = [
        draw_house_digit([np.array([[10.0, 10], [60 + slant, 10], [30, 90]])]) for slant in (-5, 0, 5, 10)
    ]
    adapted = reader.adapt([(each, 1) for each in sevens])
    assert labels_of(adapted, sevens) == [7] * 4


def test_adapting_again_starts_from_the_trained_model(reader: DigitReader, adapted: DigitReader):
    other = [(pixels, 8) for pixels in write_triangles(6, 3)]
    again, fresh = adapted.adapt(other), reader.adapt(other)
    assert again.lesson
    assert fresh.lesson
    assert again.lesson.model == fresh.lesson.model


@pytest.mark.parametrize(
    ("examples", "message"),
    [
        ([], "at least one digit"),
        ([(np.zeros((28, 27)), 3)], r"\(28, 28\), received \(28, 27\)"),
        ([(np.full((28, 28), 255), 3)], "ink in 0-1"),
        ([(np.full((28, 28), np.nan), 3)], "ink in 0-1"),
        ([(np.zeros((28, 28)), 10)], "0-9 or None, received 10"),
        ([(np.zeros((28, 28)), "7")], "0-9 or None, received '7'"),
        ([(np.zeros((28, 28)), True)], "0-9 or None, received True"),
    ],
)
def test_wrong_examples_are_the_callers_mistake(reader: DigitReader, examples: list, message: str):
    with pytest.raises(ValueError, match=message):
        reader.adapt(examples)


def test_model_without_kept_features_says_so(tmp_path: Path):
    for name in ("run.json", "model.tflite"):
        shutil.copy(SHIPPED / "simple" / name, tmp_path)
    with pytest.raises(NotSupportedError, match=r"cannot learn your hand: .* kept no features\.npz"):
        DigitReader(tmp_path).adapt([(write_triangles(1, 0)[0], 5)])


def test_features_of_another_model_are_refused(tmp_path: Path):
    for name in ("run.json", "model.tflite"):
        shutil.copy(SHIPPED / "simple" / name, tmp_path)
    shutil.copy(SHIPPED / "reader" / "features.npz", tmp_path)
    with pytest.raises(NotSupportedError, match="another model"):
        DigitReader(tmp_path).adapt([(write_triangles(1, 0)[0], 5)])


@pytest.mark.parametrize("name", MODELS)
def test_features_and_last_layer_give_the_models_own_answer(name: str):
    recognizer = Recognizer(SHIPPED / name / "model.tflite")
    pixels = np.stack(write_triangles(3, 0))
    layer = read_last_layer(recognizer.content)
    features = run_network(open_network(without_last_layer(recognizer.content)), pixels[..., np.newaxis])
    powers = np.exp(features @ layer.weights.T + layer.bias)
    assert np.allclose(powers / powers.sum(axis=1, keepdims=True), recognizer.predict(pixels), atol=1e-4)


def test_replaced_layer_is_the_one_that_answers():
    content = (SHIPPED / "simple" / "model.tflite").read_bytes()
    layer = read_last_layer(content)
    always_three = LastLayer(np.zeros_like(layer.weights), np.eye(10, dtype=np.float32)[3] * 50)
    answers = Recognizer(with_last_layer(content, always_three)).predict(np.stack(write_triangles(3, 0)))
    assert (answers.argmax(axis=1) == 3).all()
    assert read_last_layer(content).weights.any()


@pytest.mark.parametrize("file", ["strips.tflite", "pages/detector.tflite"])
def test_network_with_another_end_cannot_learn(file: str):
    content = (Path(__file__).parents[2] / "digitcnn" / "recognition" / file).read_bytes()
    with pytest.raises(NotSupportedError, match="does not end in a dense layer"):
        read_last_layer(content)


def test_kept_features_survive_the_file(tmp_path: Path):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(500, 6)).astype(np.float32)
    layer = rng.normal(size=(6, 10)).astype(np.float32), np.zeros(10, np.float32)
    labels = (features @ layer[0]).argmax(axis=1)
    kept = summarize_features(features, {"held": (features[:90], labels[:90])}, layer)
    write_features(tmp_path / "features.npz", kept)
    read = read_features(tmp_path / "features.npz")
    extended = np.hstack([features, np.ones((500, 1))])
    assert np.allclose(read.axes.T @ read.axes, extended.T @ extended / 500, atol=0.01)
    assert read.spread == pytest.approx(kept.spread)
    (held,) = read.held
    assert (held.name, held.images, held.sure + len(held.labels)) == ("held", 90, 90)


def test_damaged_features_are_an_error_that_names_the_file(tmp_path: Path):
    (tmp_path / "features.npz").write_bytes(b"PK not really")
    with pytest.raises(RunFolderError, match=r"features\.npz cannot be read: it is damaged"):
        read_features(tmp_path / "features.npz")
