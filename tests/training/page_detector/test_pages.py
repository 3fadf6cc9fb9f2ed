import numpy as np

from digitcnn.ink.images.page_maps import OFFSET, SIZE, STRIDE, UNIT
from digitcnn.training.page_detector.hands import Hands
from digitcnn.training.page_detector.pages import SIDE, MadePage, PageMaker
from digitcnn.training.page_detector.surfaces import TEXTURE_SIDE, make_textures
from digitcnn.training.page_detector.targets import make_targets


def _make(hands: Hands, seed: int, count: int = 25) -> list[MadePage]:
    maker = PageMaker(hands, [], np.random.default_rng(seed), surfaces=16)
    return [maker.make() for _ in range(count)]


def test_same_seed_makes_the_same_pages(hands: Hands) -> None:
    for first, second in zip(_make(hands, 3, 4), _make(hands, 3, 4), strict=True):
        np.testing.assert_array_equal(first.pixels, second.pixels)
        np.testing.assert_array_equal(first.boxes, second.boxes)


def test_pages_have_digits_in_boxes_with_something_to_see(hands: Hands) -> None:
    pages = _make(hands, 0)
    assert sum(len(page.labels) for page in pages) > 25
    for page in pages:
        assert page.pixels.shape == (SIDE, SIDE, 3)
        assert page.pixels.dtype == np.uint8
        assert len(page.boxes) == len(page.labels) == len(page.printed)
        assert set(page.labels[~page.printed].tolist()) <= {1, 7}
        for left, top, right, bottom in page.boxes:
            assert right > left
            assert bottom > top
            window = page.pixels[max(int(top), 0) : int(bottom) + 1, max(int(left), 0) : int(right) + 1]
            assert window.std() > 1.0


def test_some_pages_have_no_digit(hands: Hands) -> None:
    assert any(len(page.labels) == 0 for page in _make(hands, 1))


def test_held_surfaces_differ_from_those_learned_from() -> None:
    learned, held = (make_textures(3, np.random.default_rng(0), held=held) for held in (False, True))
    assert held[0].shape == (TEXTURE_SIDE, TEXTURE_SIDE, 3)
    assert not any(np.array_equal(one, other) for one in learned for other in held)


def test_targets_hold_the_box_of_each_digit() -> None:
    boxes = np.array([[20.0, 30.0, 44.0, 70.0], [100.0, 30.0, 110.0, 60.0]], np.float32)
    ignored = np.array([[0.0, 100.0, 40.0, 160.0]], np.float32)
    target = make_targets(boxes, np.array([7, 1]), np.array([False, True]), ignored, SIDE)
    peaks = np.argwhere(target[..., :2] == 1.0)
    assert peaks.tolist() == [[11, 26, 1], [12, 8, 0]]
    cell = target[12, 8]
    np.testing.assert_allclose(np.exp(cell[SIZE]) * UNIT, (24, 40), rtol=1e-5)
    np.testing.assert_allclose((np.array([8, 12]) + cell[OFFSET]) * STRIDE, (32, 50))
    assert cell[6] == 7
    assert target[30, 5, 8] == 0.0
    assert target[5, 30, 8] == 1.0
