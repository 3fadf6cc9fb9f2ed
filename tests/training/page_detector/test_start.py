import numpy as np
import pytest

from digitcnn.ink.images.page_maps import HEAT
from digitcnn.recognition.model import SharedNetwork
from digitcnn.recognition.pages.detector import MODEL_FILE
from digitcnn.training.page_detector import network
from digitcnn.training.page_detector.hands import Hands
from digitcnn.training.page_detector.pages import PageMaker
from digitcnn.training.page_detector.start import start_from


@pytest.fixture(scope="module")
def pages(hands: Hands) -> np.ndarray:
    maker = PageMaker(hands, [], np.random.default_rng(0), surfaces=16)
    return np.stack([maker.make().pixels for _ in range(24)]).astype(np.float32) / 255


def test_network_started_from_what_ships_answers_as_that_does(pages: np.ndarray) -> None:
    model = network.build()
    start_from(MODEL_FILE, model, pages[:16])
    expected = SharedNetwork(MODEL_FILE).run(pages[16:])
    np.testing.assert_allclose(np.asarray(model(pages[16:], training=False)), expected, atol=1e-2)
    # It learns on from there: normalizing each batch by its own statistics changes little.
    learning = np.asarray(model(pages[16:], training=True))
    seen, other = (1 / (1 + np.exp(-maps[..., HEAT].ravel())) for maps in (expected, learning))
    assert np.corrcoef(seen, other)[0, 1] > 0.9
