"""The answers that a page detector learns to give; processes that make pages need no TensorFlow for them."""

from __future__ import annotations

import numpy as np

from digitcnn.ink.images.page_maps import SIZE, STRIDE, UNIT


def make_targets(
    boxes: np.ndarray, labels: np.ndarray, printed: np.ndarray, ignored: np.ndarray, side: int
) -> np.ndarray:
    """The maps that the network should answer with.

    Args:
        boxes: (n, 4) left, top, right and bottom of digits in pixels.
        labels: (n,) 0-9.
        printed: (n,) bool.
        ignored: (m, 4) boxes where no answer is right or wrong.
        side: of the square picture, in pixels.

    Returns:
        (side / 4, side / 4, 9) float32: two heat maps, log width and height in units, offset across
        and down in cells, label, weight of size, offset and label, weight of the heat maps.
    """
    cells = side // STRIDE
    target = np.zeros((cells, cells, 9), np.float32)
    target[..., 8] = 1.0
    for left, top, right, bottom in ignored / STRIDE:
        target[max(int(top), 0) : int(bottom) + 1, max(int(left), 0) : int(right) + 1, 8] = 0.0
    y, x = np.mgrid[:cells, :cells].astype(np.float32)
    for box, label, kind in zip(boxes / STRIDE, labels, printed, strict=True):
        wide, high = max(box[2] - box[0], 1.0), max(box[3] - box[1], 1.0)
        middle_x, middle_y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        at_x, at_y = int(np.clip(middle_x, 0, cells - 1)), int(np.clip(middle_y, 0, cells - 1))
        spread_x, spread_y = max(0.11 * wide, 0.45), max(0.11 * high, 0.45)
        bell = np.exp(-0.5 * (((x - at_x) / spread_x) ** 2 + ((y - at_y) / spread_y) ** 2))
        np.maximum(target[..., int(kind)], bell, out=target[..., int(kind)])
        own = (bell > 0.5) & (bell >= target[..., 7])
        target[own, SIZE] = np.log(np.array([wide, high]) * STRIDE / UNIT)
        target[own, 4], target[own, 5] = middle_x - x[own], middle_y - y[own]
        target[own, 6] = label
        target[own, 7] = bell[own]
        target[at_y, at_x, 8] = 1.0
    return target
