#!/usr/bin/env python3
"""Prints docs/pictures/made-pages.webp: pages as the page detector learns from, the same in every run.

    DIGITCNN_DATA=... scripts/make_page_sheet.py

The typefaces of this machine print on them.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from digitcnn.training.page_detector.feed import default_fonts  # noqa: E402
from digitcnn.training.page_detector.hands import load_hands  # noqa: E402
from digitcnn.training.page_detector.pages import PageMaker  # noqa: E402

PATH = PROJECT / "docs" / "pictures" / "made-pages.webp"
COLUMNS, ROWS = 8, 4
SEED = 7


def main() -> None:
    """Makes the pages and saves them side by side."""
    maker = PageMaker(load_hands("train"), default_fonts(), np.random.default_rng(SEED))
    pages = np.stack([maker.make().pixels for _ in range(COLUMNS * ROWS)])
    rows = [np.hstack(list(row)) for row in np.split(pages, ROWS)]
    Image.fromarray(np.vstack(rows)).save(PATH, "WEBP", quality=80, method=6)
    print(f"{PATH.relative_to(PROJECT)}: {PATH.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
