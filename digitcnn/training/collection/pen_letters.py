"""Letters as pen strokes from UNIPEN, drawn by the same code as digits; whole writers are held out.

Cases of one shape are one class, named by the capital: C, J, K, M, O, P, S, U, V, W, X, Y and Z, as in
EMNIST's "by merge" (G. Cohen et al., 2017). The small l is with the capital I, for both are a bar; the small
i has a dot and is a class of its own.

Source: I. Guyon et al., "UNIPEN project of on-line data exchange and recognizer benchmarks", ICPR 1994;
International Unipen Foundation.
"""

import hashlib
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from digitcnn.errors import DatasetError
from digitcnn.file_cache import version_of
from digitcnn.ink.strokes import as_strokes, draw_house_digit
from digitcnn.run_folder import replacing, runs_root
from digitcnn.training.datasets import DigitSet, Split, find_data
from digitcnn.training.handwriting import draw_variants
from digitcnn.training.pen_strokes import Drawing, Part, read_drawings

FILE = "pen_letters.json.gz"
"""In `$DIGITCNN_DATA`; there is no download in this form."""

MERGED = {lower: lower.upper() for lower in "cjkmopsuvwxyz"} | {"l": "I"}
"""Letters of the shape of a capital, and that capital."""

CLASSES = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ") + tuple(
    letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter not in MERGED
)

VARIANTS = 3
"""Images per training drawing, each with its own pen width and tremor."""

TEST_DONORS = frozenset({"unipen-aga", "unipen-lav"})
"""Donors whose writers are all held out for testing: writers of the same school are no strangers."""

_FOLDS = 12
_PART_OF_FOLD: dict[int, Part] = {0: "test", 1: "validation"}


def find_file() -> Path | None:
    """The file of drawings; None where it is not on this machine."""
    return find_data(FILE)


def load_letters() -> list[Drawing]:
    """All letters of the file, labels as indices into `CLASSES`.

    Raises:
        DatasetError: the file is missing or broken.
    """
    path = find_file()
    if path is None:
        raise DatasetError(
            f"The letters are not on this machine: set DIGITCNN_DATA to a folder that holds {FILE}."
        )
    return [drawing for drawing in read_drawings(path, _letter_of) if drawing.label >= 0]


def part_of(drawing: Drawing) -> Part:
    """The part of the data that this writer belongs to, always the same."""
    if drawing.source in TEST_DONORS:
        return "test"
    writer = f"{drawing.source} {drawing.writer}".encode(errors="surrogatepass")
    return _PART_OF_FOLD.get(int(hashlib.sha1(writer).hexdigest(), 16) % _FOLDS, "train")


def split_letters(seed: int, images: int | None) -> Split:
    """Letters to train on, each with several pens, and those of other writers to tune and to test on.

    Args:
        seed: of pens and tremor.
        images: how many of the training images are used; None for all.

    Raises:
        DatasetError: the file is missing or broken.
    """
    rng, drawings = np.random.default_rng(seed), load_letters()
    drawn = draw_variants(
        [each for each in drawings if part_of(each) == "train"], VARIANTS, "UNIPEN letters", rng
    )
    train = DigitSet(drawn.images, drawn.labels, drawn.name, CLASSES)
    if images is not None:
        train = train.take(rng.permutation(len(train))[:images])
    return Split(train, _drawn(drawings, "validation"), load_test_letters(drawings))


def load_both(drawings: list[Drawing] | None = None) -> tuple[DigitSet, DigitSet]:
    """The letters as the canvas draws them, each once: those of all other writers, and those to test with.

    Raises:
        DatasetError: the file is missing or broken.
    """
    drawings = load_letters() if drawings is None else drawings
    parts: tuple[Part, ...] = ("train", "validation")
    sets = [_drawn(drawings, part) for part in parts]
    training = DigitSet(
        np.concatenate([each.images for each in sets]),
        np.concatenate([each.labels for each in sets]),
        "UNIPEN letters, training",
        CLASSES,
    )
    return training, load_test_letters(drawings)


def load_test_letters(drawings: list[Drawing] | None = None) -> DigitSet:
    """The test writers' letters as the canvas draws them; kept as a file, for parsing all takes seconds.

    Raises:
        DatasetError: the file of drawings is missing or broken.
    """
    kept = _kept_path()
    if kept.is_file():
        try:
            with kept.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                return DigitSet(arrays["images"], arrays["labels"], _name("test"), CLASSES)
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            kept.unlink(missing_ok=True)
    test = _drawn(load_letters() if drawings is None else drawings, "test")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with replacing(kept) as new, new.open("wb") as file:
            np.savez_compressed(file, images=test.images, labels=test.labels)
    except OSError:
        pass  # Drawn again the next time.
    return test


def _letter_of(entry: dict) -> Drawing:
    name = str(entry["label"])
    merged = MERGED.get(name, name)
    label = CLASSES.index(merged) if merged in CLASSES else -1
    return Drawing(as_strokes(entry["strokes"]), label, str(entry["source"]), str(entry["writer"]), name)


def _drawn(drawings: list[Drawing], part: Part) -> DigitSet:
    chosen = [each for each in drawings if part_of(each) == part]
    pixels = np.array([draw_house_digit(each.strokes) for each in chosen], np.float32).reshape(-1, 28, 28)
    labels = np.array([each.label for each in chosen], np.int64)
    return DigitSet(np.round(pixels * 255).astype(np.uint8), labels, _name(part), CLASSES)


def _name(part: Part) -> str:
    return f"UNIPEN letters of {'test' if part == 'test' else 'other'} writers"


def _kept_path() -> Path:
    path = find_file()
    return runs_root() / ".data" / f"letters-{_fingerprint(path, version_of(path or Path()))}.npz"


@lru_cache(maxsize=4)
def _fingerprint(path: Path | None, version: tuple[int, int, int]) -> str:
    kept = (str(path), version[0], version[1], CLASSES, sorted(TEST_DONORS), _FOLDS)
    return hashlib.sha256(repr(kept).encode()).hexdigest()[:16]
