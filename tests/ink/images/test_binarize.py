import cv2
import numpy as np
import pytest
from PIL import Image

from digitcnn.ink.images import binarize as paper
from digitcnn.ink.images.binarize import Ink, binarize
from digitcnn.ink.images.load import open_picture
from tests.support.made_pictures import draw, shade

PENCIL = {
    "black on white": (0, 255),
    "white on black": (255, 0),
    "pencil on gray": (120, 150),
    "chalk": (200, 60),
    "blue on lime": ((63, 72, 204), (181, 230, 29)),
    "red on pink": ((170, 40, 60), (255, 174, 201)),
    "yellow on blue": ((250, 230, 40), (20, 30, 120)),
}


def _find(image: Image.Image) -> Ink:
    return binarize(open_picture(image))


def _overlap(ink: Ink, truth: np.ndarray) -> float:
    """Intersection over union of the ink and where it was drawn."""
    mask = cv2.resize(ink.mask.astype(np.uint8), truth.shape[::-1], interpolation=cv2.INTER_AREA) > 0
    return (mask & truth).sum() / max((mask | truth).sum(), 1)


@pytest.mark.parametrize("name", PENCIL)
def test_ink_is_found_in_any_colors(name: str):
    color, ground = PENCIL[name]
    truth = np.asarray(draw("27")) < 128
    ink = _find(draw("27", ink=color, paper=ground))
    assert _overlap(ink, truth) > 0.85


@pytest.mark.parametrize("height", [60, 150, 500])
@pytest.mark.parametrize("pen", [0.03, 0.1, 0.18])
def test_ink_is_found_at_any_size_and_pen(height: int, pen: float):
    options = {"height": height, "pen": max(round(height * pen), 2), "margin": height // 3}
    truth = np.asarray(draw("27", **options)) < 128
    assert _overlap(_find(draw("27", **options)), truth) > 0.75


def test_light_that_falls_off_and_a_shadows_edge_are_no_ink():
    picture = draw("27", height=200, pen=14, margin=120, ink=60, paper=230)
    truth = np.asarray(picture) < 128
    assert _overlap(_find(shade(picture)), truth) > 0.75


@pytest.mark.parametrize("level", [0, 128, 255])
def test_blank_paper_has_no_ink(level: int):
    assert not _find(Image.new("L", (200, 150), level)).mask.any()


def test_noise_alone_has_hardly_any_ink():
    noise = np.random.default_rng(0).normal(200, 6, (300, 400)).clip(0, 255).astype(np.uint8)
    assert _find(Image.fromarray(noise)).mask.mean() < 0.001


@pytest.mark.parametrize("side", [16, 20, 28, 32])
@pytest.mark.parametrize("light", [False, True])
def test_small_tight_digits_keep_their_polarity(side: int, light: bool):
    gray = draw("2", height=100, pen=14, margin=7).resize((side, side), Image.Resampling.BOX)
    ink = _find(Image.eval(gray, lambda value: 255 - value) if light else gray)
    assert ink.light_on_dark == light
    assert 0.05 < ink.mask.mean() < 0.5


def test_steps_share_one_size_and_scale():
    ink = _find(draw("2", height=30, margin=8, pen=3))
    assert ink.flattened.shape == ink.strength.shape == ink.mask.shape
    assert ink.mask.shape[1] == ink.zoom * ink.picture.rgb.shape[1]
    assert ink.flattened[0, 0] > 200


@pytest.mark.parametrize("shaded", [False, True])
def test_gray_pictures_give_the_same_ink_as_their_three_equal_channels(
    shaded: bool, monkeypatch: pytest.MonkeyPatch
):
    picture = draw("27", height=150, pen=12)
    picture = shade(picture).convert("L") if shaded else picture
    gray = _find(picture)
    monkeypatch.setattr(paper, "_without_idle_channels", lambda rgb: rgb)
    colored = _find(picture)
    assert (gray.lightness == colored.lightness).all()
    assert (gray.mask == colored.mask).all()
    assert gray.level == colored.level


def _line(faint: int, *, gap: int) -> Image.Image:
    """A thick stroke whose last third, beyond a gap, is faint."""
    field = np.full((300, 300), 240, dtype=np.uint8)
    cv2.line(field, (176 + gap, 150), (250, 150), faint, 12)
    cv2.line(field, (50, 150), (170, 150), 40, 12)
    return Image.fromarray(field)


def test_a_stroke_is_followed_where_it_grows_faint():
    ink = _find(_line(180, gap=-6)).mask
    assert ink[150, 60:245].all()
    assert ink[:, 230].sum() == pytest.approx(13, abs=3)


@pytest.mark.parametrize(("faint", "gap"), [(180, 30), (225, -6)])
def test_what_is_faint_and_apart_or_hardly_there_is_no_ink(faint: int, gap: int):
    assert not _find(_line(faint, gap=gap)).mask[:, 230].any()
