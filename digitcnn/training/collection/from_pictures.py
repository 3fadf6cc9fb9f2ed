"""A data set from a folder or a ZIP archive of pictures: a folder for each class, named as the class.

Above them there may be train/ and test/; without, the split is made here.
"""

import io
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import numpy as np
from PIL import Image, ImageOps

from digitcnn.errors import DatasetError
from digitcnn.ink.house_digit import SIDE
from digitcnn.training.collection.checks import MAX_IMAGES, RawImages, RawSet
from digitcnn.training.collection.idx import Report

MAX_FILE = 20_000_000
MAX_SIDE = 6000
"""Bytes of a picture, and its pixels in height and width, at most."""

_PARTS = {"train": "train", "training": "train", "test": "test", "testing": "test"}
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")
_IGNORED = ("__MACOSX", "Thumbs.db", "desktop.ini")

Files = dict[str, Callable[[], bytes]]
"""By path with slashes, relative to the top: what reads the file."""


def read_folder(path: Path, report: Report, *, fit: bool = False) -> RawSet:
    """The pictures of a folder of class folders.

    Args:
        path: of the folder.
        report: receives the progress.
        fit: makes pictures of other sizes 28 x 28, with margins where they are not square.

    Raises:
        DatasetError: a file is no picture or of another size, or pictures lie outside of class folders.
    """
    files: Files = {}
    for file in sorted(path.rglob("*")):
        if file.is_file():
            files[file.relative_to(path).as_posix()] = file.read_bytes
    return _read(files, report, fit=fit)


def read_zip(path: Path, report: Report, *, fit: bool = False) -> RawSet:
    """The pictures of a ZIP archive of class folders; nothing is unpacked to the disk.

    Raises:
        DatasetError: as for `read_folder`, or the archive is broken.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            files: Files = {entry.filename: _reader_of(archive, entry) for entry in entries}
            return _read(files, report, fit=fit)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise DatasetError(f"{path.name} is damaged, encrypted, or no ZIP archive: pack it again.") from None


def _reader_of(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        with archive.open(entry) as file:
            return file.read(MAX_FILE + 1)

    return read


def _read(files: Files, report: Report, *, fit: bool) -> RawSet:
    shown = {name: read for name, read in files.items() if not _is_ignored(name)}
    placed = list(_place(shown))
    if not placed:
        raise DatasetError("There are no pictures: make a folder for each class, and put its pictures there.")
    if len(placed) > MAX_IMAGES:
        raise DatasetError(f"There are {len(placed):,} pictures, and at most {MAX_IMAGES:,} are possible.")
    classes = _sort_names({name for _, name, _ in placed})
    label_of = {name: label for label, name in enumerate(classes)}
    images = np.zeros((len(placed), SIDE, SIDE), np.uint8)
    labels = np.zeros(len(placed), np.int64)
    is_test = np.zeros(len(placed), bool)
    for at, (part, name, file) in enumerate(placed):
        images[at] = _open(file, shown[file], fit=fit)
        labels[at], is_test[at] = label_of[name], part == "test"
        if at % 200 == 0:
            report(0.8 * at / len(placed), f"{at:,} of {len(placed):,} pictures read")
    train = RawImages(images[~is_test], labels[~is_test])
    if not is_test.any():
        return RawSet(classes, train)
    if is_test.all():
        raise DatasetError("All pictures are in test/: put those to train with into train/.")
    return RawSet(classes, train, RawImages(images[is_test], labels[is_test]))


def _place(files: Files) -> Iterator[tuple[str, str, str]]:
    """Part, class and path of every picture.

    Raises:
        DatasetError: a file is in no class folder.
    """
    paths = {name: PurePosixPath(name).parts for name in files}
    # An archive often holds one folder, which holds all.
    while len({parts[0] for parts in paths.values()}) == 1 and min(map(len, paths.values())) > 2:
        paths = {name: parts[1:] for name, parts in paths.items()}
    for name, parts in paths.items():
        part = _PARTS.get(parts[0].lower(), "") if len(parts) > 2 else ""
        *_, folder, picture = ("", *parts)
        if len(parts) != (3 if part else 2):
            where = (
                "lies outside of the class folders"
                if len(parts) < 2
                else "lies in a folder of a class folder"
            )
            raise DatasetError(
                f"{_short(name)} {where}: every picture must be in a folder named as its class, such as "
                f"cat/{picture[:30]}."
            )
        yield part or "train", folder, name


def _open(name: str, read: Callable[[], bytes], *, fit: bool) -> np.ndarray:
    """A picture as (28, 28) uint8, in gray.

    Raises:
        DatasetError: it is no picture, or of another size.
    """
    data = read()
    if len(data) > MAX_FILE:
        raise DatasetError(f"{_short(name)} is larger than {MAX_FILE // 1_000_000} MB: make it smaller.")
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            Image.open(io.BytesIO(data), formats=_FORMATS) as opened,
        ):
            if opened.size != (SIDE, SIDE) and not fit:
                wide, high = opened.size
                raise DatasetError(
                    f"{_short(name)} is {wide} × {high} pixels, and every picture must be 28 × 28: resize it "
                    "or let pictures be fitted (--fit, or the switch on the Data page)."
                )
            if max(opened.size) > MAX_SIDE:
                raise DatasetError(f"{_short(name)} has more than {MAX_SIDE} pixels a side: make it smaller.")
            gray = _in_gray(opened)
            return np.asarray(_fitted(gray) if gray.size != (SIDE, SIDE) else gray)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise DatasetError(
            f"{_short(name)} is no picture, or a damaged one: remove it. Only pictures may be in the folders."
        ) from None


def _in_gray(picture: Image.Image) -> Image.Image:
    """In gray, what is transparent on white paper."""
    if "A" in picture.getbands() or "transparency" in picture.info:
        rgba = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return picture.convert("L")


def _fitted(gray: Image.Image) -> Image.Image:
    """28 x 28 pixels; a picture that is not square gets margins of the color of its corner."""
    corner = int(np.asarray(gray)[0, 0])
    return ImageOps.pad(gray, (SIDE, SIDE), Image.Resampling.BOX, color=corner)


def _sort_names(names: set[str]) -> tuple[str, ...]:
    """Numbers by their value, else by the alphabet."""
    if all(name.isdecimal() and name.isascii() for name in names):
        return tuple(sorted(names, key=int))
    return tuple(sorted(names))


def _is_ignored(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return any(part.startswith(".") or part in _IGNORED for part in parts)


def _short(name: str) -> str:
    return name if len(name) <= 60 else f"…{name[-57:]}"
