from pathlib import Path

import numpy as np
import pytest

from digitcnn.errors import DatasetError
from digitcnn.lab.datasets.sources import LoadedSet, Part, is_at_hand, load_set
from digitcnn.lab.datasets.summary import DataSummary, load_summary, nearest_mean, save_summary, summarize
from digitcnn.lab.datasets.views import augment_samples, measure_shapes, squeeze_canvas
from digitcnn.training.datasets import DigitSet, load_bundled_digits


@pytest.fixture(scope="module")
def loaded() -> LoadedSet:
    return load_set("bundled", lambda *_: None)


@pytest.fixture(scope="module")
def summary(loaded: LoadedSet) -> DataSummary:
    return summarize(loaded, lambda *_: None)


def test_figures_are_those_of_the_images(loaded: LoadedSet, summary: DataSummary):
    images, labels = loaded.train.images, loaded.train.labels
    pixels = images / 255
    assert summary.parts[0].counts == tuple(np.bincount(labels))
    assert summary.mean == pytest.approx(pixels.mean())
    assert summary.deviation == pytest.approx(pixels.std())
    np.testing.assert_allclose(
        summary.gray_histogram, np.histogram(images, np.arange(0, 257, 16))[0] / images.size
    )
    for digit in (0, 7):
        mine = pixels[labels == digit]
        np.testing.assert_allclose(summary.means[digit], mine.mean(axis=0), atol=1e-5)
        np.testing.assert_allclose(summary.deviations[digit], mine.std(axis=0), atol=1e-3)
        assert summary.ink[digit, 2] == pytest.approx(np.median(mine.mean(axis=(1, 2))))


def test_strange_ones_are_furthest_from_their_mean(loaded: LoadedSet, summary: DataSummary):
    for digit in (1, 8):
        mine = np.flatnonzero(loaded.train.labels == digit)
        distance = np.linalg.norm(
            (loaded.train.images[mine] / 255 - summary.means[digit]).reshape(len(mine), -1), axis=1
        )
        assert summary.outlier_at[digit, 0] == mine[distance.argmax()]
        assert set(summary.outlier_at[digit]) == set(mine[np.argsort(distance)[-12:]])


def test_nearest_mean_agrees_with_scikit_learn(loaded: LoadedSet, summary: DataSummary):
    from sklearn.neighbors import KNeighborsClassifier

    train, test = loaded.train, loaded.test
    centers = np.stack([train.images[train.labels == digit].mean(axis=0) for digit in range(10)]) / 255
    reference = KNeighborsClassifier(n_neighbors=1).fit(centers.reshape(10, -1), np.arange(10))
    expected = reference.predict(test.images.reshape(len(test), -1) / 255)
    assert (nearest_mean(test.images, summary.means) == expected).all()
    assert summary.near_own == pytest.approx((expected == test.labels).mean())


def test_equal_images_and_images_in_both_parts_are_counted(loaded: LoadedSet):
    images, labels = loaded.train.images, loaded.train.labels
    train = DigitSet(np.concatenate([images, images[:3]]), np.concatenate([labels, labels[:3]]), "train")
    test = DigitSet(images[:20], labels[:20], "test")
    found = summarize(LoadedSet((Part("train", (0,) * 10),) * 2, train, test), lambda *_: None)
    assert (found.equal, found.shared) == (3, 20)


def test_summary_is_kept_as_it_is(summary: DataSummary, tmp_path: Path):
    save_summary(summary, tmp_path / "new" / "one.npz")
    again = load_summary(tmp_path / "new" / "one.npz")
    assert (again.parts, again.measured, again.mean) == (summary.parts, summary.measured, summary.mean)
    np.testing.assert_array_equal(again.outliers, summary.outliers)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["one.npz"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off"])
def test_broken_summary_is_said(tmp_path: Path, content: bytes):
    (tmp_path / "one.npz").write_bytes(content)
    with pytest.raises(DatasetError, match="cannot be read"):
        load_summary(tmp_path / "one.npz")


def test_set_that_is_not_here_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGITCNN_DATA", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert not is_at_hand("mnist")
    assert is_at_hand("bundled")
    with pytest.raises(DatasetError, match="not on this machine"):
        load_set("pens", lambda *_: None)


def test_strength_zero_distorts_nothing():
    _, test = load_bundled_digits()
    still = augment_samples("mnist", test.images[:20], strength=0.0, seed=1).astype(int)
    moved = augment_samples("mnist", test.images[:20], strength=1.0, seed=1).astype(int)
    assert np.abs(still - test.images[:20]).max() <= 1
    assert np.abs(moved - test.images[:20]).mean() > 5


def test_squeezed_canvas_keeps_the_ink_whole_at_any_place_and_size():
    _, test = load_bundled_digits()
    squeezed = squeeze_canvas(test.images[:40], seed=0)
    sides = [max(np.ptp(np.nonzero(image), axis=1)) + 1 for image in squeezed]
    assert 12 <= min(sides) < 18
    assert 24 < max(sides) <= 28
    corners = [np.nonzero(image)[0].min() for image in squeezed]
    assert len(set(corners)) > 5
    assert not squeeze_canvas(np.zeros((1, 28, 28), np.uint8), seed=0).any()


def test_shapes_are_measured_in_pixels_and_degrees():
    upright, score = np.zeros((2, 1, 28, 28), np.uint8)
    upright[0, 4:24, 13:16] = 255
    for row in range(20):
        left = 18 - row // 2
        score[0, 4 + row, left : left + 3] = 255
    first, second = measure_shapes(upright), measure_shapes(score)
    assert first.ink == pytest.approx(60 / 784)
    assert first.width == pytest.approx(3 / 20)
    assert first.slant == pytest.approx(0, abs=0.1)
    assert second.slant == pytest.approx(26.6, abs=1.5)
    assert 2 < first.thickness < 4
