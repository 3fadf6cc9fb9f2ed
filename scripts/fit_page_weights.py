#!/usr/bin/env python3
"""Prints the weights of digitcnn/recognition/pages/evidence.py anew: `scripts/fit_page_weights.py`.

The pages are those of testbed/pages.py, of another seed than the benchmark's.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from digitcnn import DigitReader  # noqa: E402
from digitcnn.ink.images.load import Picture  # noqa: E402
from digitcnn.ink.strokes import Box  # noqa: E402
from digitcnn.recognition import images  # noqa: E402
from digitcnn.recognition.classifier import Classifier  # noqa: E402
from digitcnn.recognition.pages.evidence import PageEvidence, collect_evidence  # noqa: E402
from digitcnn.recognition.pages.places import matches  # noqa: E402
from digitcnn.recognition.pages.settled import SettledPage, fuse_labels  # noqa: E402
from digitcnn.recognition.reading import Digit  # noqa: E402
from testbed.numbers import load_pens  # noqa: E402
from testbed.pages import KINDS, make_boxed_pages  # noqa: E402

SEED = 4242
REGULARIZATION = 0.1

Truth = list[tuple[Box, int]]


def main() -> None:
    """Reads the command line, fits and prints."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=40, help="of each kind (default: 40)")
    options = parser.parse_args()
    segments: list[tuple[Sequence[float], bool]] = []
    detections: list[tuple[Sequence[float], bool]] = []
    for evidence, truth in collect(options.pages):
        for each in evidence.segments:
            digit = fuse_labels(each)
            is_right = any(matches(digit.box, box) and digit.nearest == label for box, label in truth)
            segments.append((each.evidence, is_right))
        for each in evidence.detections:
            detections.append((each.evidence, any(matches(each.digit.box, box) for box, _ in truth)))
    for name, rows in (("_SEGMENT_WEIGHTS", segments), ("_DETECTION_WEIGHTS", detections)):
        print(f"{name} = np.array({fit(rows)})  # {len(rows):,} rows")


def collect(count: int) -> list[tuple[PageEvidence, Truth]]:
    """The evidence on each page, and the digits that are written on it."""
    pens, reader, found = load_pens(), DigitReader(), []
    seen: list[tuple[Picture, PageEvidence]] = []
    settle, is_littered = images.settle_page, images._is_littered

    def watch(
        classifier: Classifier,
        picture: Picture,
        lines: Sequence[Sequence[Digit]],
        elsewhere: Sequence[Digit] = (),
        **detected: Any,
    ) -> SettledPage:
        seen.append((picture, collect_evidence(classifier, picture, [*lines, elsewhere], least=0.0)))
        return settle(classifier, picture, lines, elsewhere, **detected)

    images.settle_page = watch
    images._is_littered = lambda *_: False  # The ink of every page is read.
    for kind in KINDS:
        for sample, placed in make_boxed_pages(pens, kind, count, seed=SEED):
            seen.clear()
            reader.read_image(np.asarray(sample.source))
            truth = [(Box(*ends[0], *(ends[1] - ends[0])), label) for ends, label in placed]
            (picture, evidence), *later = seen
            if all(other is picture for other, _ in later):  # It does not lie on its side, perhaps.
                found.append((evidence, truth))
    images.settle_page, images._is_littered = settle, is_littered
    return found


def fit(rows: Sequence[tuple[Sequence[float], bool]]) -> list[float]:
    """The weights of a logistic regression; the last column of the evidence is its intercept."""
    evidence = np.array([row for row, _ in rows], float)
    truth = np.array([is_right for _, is_right in rows])
    model = LogisticRegression(C=1 / REGULARIZATION, fit_intercept=False, max_iter=1000).fit(evidence, truth)
    return [round(float(weight), 3) for weight in model.coef_[0]]


if __name__ == "__main__":
    main()
