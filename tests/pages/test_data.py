import time
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from digitcnn.ink.strokes import draw_house_digit
from digitcnn.web.samples import sample_strokes

SCRIPT = Path(__file__).resolve().parents[2] / "pages" / "data.py"
PATIENCE = 240
"""Seconds that a process beside the page may take on a busy machine."""


@pytest.fixture
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty machine: no data, no downloads, no runs."""
    for name in ("DIGITCNN_DATA", "KERAS_HOME", "DIGITCNN_RUNS"):
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path


def open_page() -> AppTest:
    """The page once it has all that it waits for."""
    page = AppTest.from_file(str(SCRIPT), default_timeout=60).run()
    until = time.monotonic() + PATIENCE
    while not page.exception and page.get("progress") and time.monotonic() < until:
        time.sleep(0.5)
        page.run()
    assert not page.exception
    return page


def headers(page: AppTest) -> list[str]:
    return [header.value for header in page.header]


def write_mnist(folder: Path) -> None:
    """A small file in MNIST's form: sample digits, each a little thicker than the last."""
    made = [
        np.round(draw_house_digit(sample_strokes(at % 10, 100), pen_width=1.6 + at / 60) * 255)
        for at in range(60)
    ]
    images, labels = np.stack(made).astype(np.uint8), np.arange(60, dtype=np.uint8) % 10
    folder.mkdir(parents=True)
    np.savez(
        folder / "mnist.npz",
        allow_pickle=False,
        x_train=images[:40],
        y_train=labels[:40],
        x_test=images[40:],
        y_test=labels[40:],
    )


@pytest.mark.slow
def test_without_mnist_the_bundled_digits_stand_in_and_the_page_says_so(homes: Path):
    page = open_page()
    assert "MNIST is not on this machine" in page.info[0].value
    assert page.button(key="data.fetch-mnist").label == "Download MNIST (11 MB)"
    assert [metric.value for metric in page.metric][:2] == ["1,437", "360"]
    assert headers(page)[-1] == "scikit-learn's digits beside pen strokes"
    assert "no pen strokes on this machine" in page.info[-1].value


def test_mnist_is_shown_from_the_data_folder(homes: Path):
    write_mnist(homes / "DIGITCNN_DATA")
    page = open_page()
    assert [metric.value for metric in page.metric][:2] == ["40", "20"]
    assert headers(page) == [
        "Some of each",
        "Averages, and how they vary",
        "Pixels",
        "Outliers and near-duplicates",
        "What augmentation does",
        "MNIST beside pen strokes",
    ]
    alts = [image.alt for entry in page.get("image") for image in entry.proto.imgs]
    assert len(alts) >= 6
    assert all(alts)
    before = [image.url for entry in page.get("image") for image in entry.proto.imgs]
    page.slider(key="data.strength").set_value(0.0).run()
    page.button(key="data.again").click().run()
    assert not page.exception
    assert [image.url for entry in page.get("image") for image in entry.proto.imgs] != before


def test_pen_strokes_that_are_missing_are_said(homes: Path):
    write_mnist(homes / "DIGITCNN_DATA")
    page = AppTest.from_file(str(SCRIPT), default_timeout=60)
    page.session_state["data.set"] = "pens"
    page.run()
    assert not page.exception
    assert "no pen strokes on this machine" in page.info[0].value
    assert headers(page) == []


def test_broken_mnist_is_said_with_a_way_on(homes: Path):
    (homes / "DIGITCNN_DATA").mkdir()
    (homes / "DIGITCNN_DATA" / "mnist.npz").write_bytes(b"no archive")
    page = open_page()
    assert "not a readable MNIST file" in page.error[0].value
    assert page.button(key="data.again-mnist").label == "Try again"
