"""Any picture that a person has, opened safely: upright, eight bits, of a bounded size.

The number of pixels is checked before anything is decoded, large pictures are decoded at a reduced
size where their format allows it, and whatever goes wrong inside a decoder becomes an `InputError`
whose sentence names the file.
"""

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from digitcnn.errors import InputError
from digitcnn.ink.images.pdf import PdfError, draw_first_page
from digitcnn.ink.strokes import Box

MAX_PIXELS = 64_000_000
"""A picture of more pixels is refused before it is decoded."""

MAX_BYTES = 256_000_000
"""A file of more bytes is refused before it is read."""

WORKING_SIDE = 2000
"""The longer side, in pixels, that larger pictures are reduced to."""

_STRIP = 256
"""Rows that are scaled at once: a whole picture of 50 megapixels in float32 is 200 MB."""

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "AVIF")
_KINDS = "JPEG, PNG, WebP, HEIC, GIF, BMP, TIFF or PDF"
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

PictureSource = str | Path | bytes | bytearray | memoryview | BinaryIO | Image.Image | np.ndarray
"""What `open_picture` takes."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture ready to be searched for ink.

    Attributes:
        rgb: (height, width, 3) uint8, upright, at most `WORKING_SIDE` on the longer side.
        width, height: of the upright input, in its own pixels; a PDF page has those of `rgb`.
        note: for the user ("Page 1 of several was read."), or None.
    """

    rgb: np.ndarray
    width: int
    height: int
    note: str | None = None

    @property
    def scale(self) -> float:
        """Pixels of the input per pixel of `rgb`."""
        return max(self.width, self.height) / max(self.rgb.shape[:2])

    def to_input(self, left: float, top: float, width: float, height: float) -> Box:
        """A box in pixels of `rgb`, in the input's own pixels."""
        across, down = self.width / self.rgb.shape[1], self.height / self.rgb.shape[0]
        return Box(left * across, top * down, width * across, height * down)

    def from_input(self, box: Box) -> Box:
        """A box in the input's own pixels, in pixels of `rgb`."""
        return Box(*(side / self.scale for side in box))


def open_picture(image: PictureSource | object, *, name: str | None = None) -> Picture:
    """Opens a picture.

    Args:
        image: a path, the bytes of a file, an open binary file, a Pillow image, or an array:
            (height, width) gray, or (height, width, 2, 3 or 4) for gray with alpha, RGB or RGBA, of
            any real dtype. An array's range is the smallest of 1, 255, 1023, 4095, 16383 and 65535
            that holds its largest value.
        name: of the picture in error messages; by default the name of the file, else "the picture".

    Returns:
        The picture: EXIF orientation applied, transparency filled in, the first frame or page.

    Raises:
        InputError: it cannot be read; the message names it and says what to do.
        TypeError: `image` is none of these.
    """
    if isinstance(image, np.ndarray):
        return _from_array(image, name or "The picture")
    if isinstance(image, Image.Image):
        return _guarded(lambda: _from_pillow(image, name or "The picture"), name or "The picture")
    data, found = read_bytes(image)
    name = name or found
    if not data:
        raise InputError(f"{name} is empty: choose a picture file ({_KINDS}).")
    return _guarded(lambda: _from_bytes(data, name), name)


def read_bytes(image: object) -> tuple[bytes, str]:
    """The whole file of a picture, and its name.

    Raises:
        InputError: the file cannot be opened, or is too large.
        TypeError: `image` is neither a path, bytes nor a binary file.
    """
    if isinstance(image, bytes | bytearray | memoryview):
        return _bounded(bytes(image), "The picture"), "The picture"
    if isinstance(image, str | Path):
        path = Path(image)
        name = path.name or str(path)
        try:
            with path.open("rb") as file:
                return _bounded(file.read(MAX_BYTES + 1), name), name
        except FileNotFoundError:
            raise InputError(f"There is no file called {name!r}: check the path.") from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise InputError(f"{name} cannot be opened ({reason}): choose a picture file.") from None
    read = getattr(image, "read", None)
    if not callable(read):
        kind = type(image).__name__
        raise TypeError(f"expected a path, bytes, a file, a Pillow image or an array, received {kind}")
    label = getattr(image, "name", None)
    name = Path(label).name if isinstance(label, str) and label else "The picture"
    seek = getattr(image, "seek", None)
    if callable(seek):
        seek(0)
    data = read()
    if not isinstance(data, bytes):
        raise TypeError(f"expected a file opened in binary mode, received {type(data).__name__} from read()")
    return _bounded(data, name), name


def _bounded(data: bytes, name: str) -> bytes:
    if len(data) > MAX_BYTES:
        raise InputError(f"{name} is larger than {MAX_BYTES // 1_000_000} MB: save it smaller and try again.")
    return data


def _guarded(opening: Callable[[], Picture], name: str) -> Picture:
    """Runs a decoder over bytes of unknown origin."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return opening()
    except InputError:
        raise
    except Image.UnidentifiedImageError:
        raise InputError(f"{name} is not a picture that can be read: use {_KINDS}.") from None
    except (Image.DecompressionBombError, MemoryError):
        raise InputError(_too_many_pixels(name)) from None
    # Decoders raise almost any class on broken bytes (struct, zlib, Syntax, Index...).
    except Exception as error:
        raise InputError(f"{name} is damaged or cut short: save or send it again.") from error


def _from_bytes(data: bytes, name: str) -> Picture:
    if b"%PDF-" in data[:1024]:
        return _from_pdf(data, name)
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        return _from_heif(data, name)
    with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
        return _from_pillow(image, name)


def _from_heif(data: bytes, name: str) -> Picture:
    try:
        import pillow_heif
    except ImportError:
        raise InputError(
            f"{name} is a HEIC picture, and pillow-heif is not installed: save it as JPEG."
        ) from None
    opened = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=True)
    _check_size(*opened.size, name)
    return _from_pillow(opened.to_pillow(), name)


def _from_pdf(data: bytes, name: str) -> Picture:
    try:
        page = draw_first_page(data, WORKING_SIDE)
    except PdfError as error:
        raise InputError(f"{name} {error}.") from None
    rows = np.frombuffer(page.pixels, np.uint8)[: page.height * page.stride].reshape(page.height, page.stride)
    pixels = rows[:, : page.width * page.channels].reshape(page.height, page.width, page.channels)
    rgb = np.ascontiguousarray(np.broadcast_to(pixels[..., :3], (page.height, page.width, 3)))
    if rgb.size == 0:
        raise InputError(f"{name} has an empty first page: choose another file.")
    note = f"Page 1 of {page.pages} was read." if page.pages > 1 else None
    return Picture(rgb, page.width, page.height, note)


def _from_pillow(image: Image.Image, name: str) -> Picture:
    width, height = image.size
    _check_size(width, height, name)
    note = None
    if getattr(image, "is_animated", False):
        note = "Page 1 of several was read." if image.format == "TIFF" else "The first frame was read."
    turn = _orientation(image)
    image.draft("RGB" if image.mode in ("RGB", "YCbCr") else image.mode, _working_size(image))
    upright = _shrunk(_eight_bit(image))
    if turn in _TURNS:
        upright = upright.transpose(_TURNS[turn])
        if turn >= 5:
            width, height = height, width
    return Picture(_opaque(upright), width, height, note)


def _check_size(width: int, height: int, name: str) -> None:
    if width < 1 or height < 1:
        raise InputError(f"{name} has no pixels ({width} x {height}): choose another picture.")
    if width * height > MAX_PIXELS:
        raise InputError(_too_many_pixels(name))


def _too_many_pixels(name: str) -> str:
    return f"{name} has more than {MAX_PIXELS // 1_000_000} million pixels: save it smaller and try again."


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # Broken EXIF says nothing about the pixels.
        return 1


def _eight_bit(image: Image.Image) -> Image.Image:
    """The picture in mode L, LA, RGB or RGBA."""
    if image.mode in ("L", "LA", "RGB", "RGBA"):
        image.load()
        return image
    if image.mode.startswith(("I", "F")):
        return Image.fromarray(_to_eight_bit(np.asarray(image)))
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("P", "PA", "La", "RGBa") or "transparency" in image.info:
        return image.convert("RGBA")
    return _shrunk(image).convert("RGB")


def _shrunk(image: Image.Image) -> Image.Image:
    size = _working_size(image)
    return image if size == image.size else image.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)


def _working_size(image: Image.Image) -> tuple[int, int]:
    """Width and height of the picture at the size that it is searched at."""
    width, height = image.size
    scale = min(WORKING_SIDE / max(width, height), 1.0)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _opaque(image: Image.Image) -> np.ndarray:
    """(height, width, 3) uint8, transparent parts filled with the color of the paper."""
    if image.mode not in ("LA", "RGBA") or image.getextrema()[-1][0] == 255:  # type: ignore[index]
        return np.array(image.convert("RGB"))
    rgba = np.asarray(image.convert("RGBA"), dtype=np.float32)
    color, alpha = rgba[..., :3], rgba[..., 3:] / 255.0
    seen = color[alpha[..., 0] > 0.5]
    if len(seen) == 0:
        seen = color[alpha[..., 0] > 0.0]
    if len(seen) == 0:
        return np.full(color.shape, 255, dtype=np.uint8)
    light = seen.mean(axis=1)
    only_ink = light.std() < 20.0 or len(seen) < 0.5 * alpha.size
    ground = (255.0 if light.mean() < 128.0 else 0.0) if only_ink else np.median(seen, axis=0)
    return np.round(color * alpha + ground * (1.0 - alpha)).astype(np.uint8)


def _from_array(array: np.ndarray, name: str) -> Picture:
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[..., 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (2, 3, 4)):
        raise InputError(
            f"{name} is an array of shape {array.shape}: pass (height, width) gray, or "
            "(height, width, 3 or 4) in RGB or RGBA."
        )
    _check_size(array.shape[1], array.shape[0], name)
    if array.dtype == bool:
        array = array.astype(np.uint8)
    if not np.issubdtype(array.dtype, np.integer) and not np.issubdtype(array.dtype, np.floating):
        raise InputError(f"{name} is an array of {array.dtype}: pass real numbers.")
    if np.issubdtype(array.dtype, np.floating) and not np.isfinite(array).all():
        raise InputError(f"{name} holds NaN or infinity: replace them and try again.")
    height, width = array.shape[:2]
    image = Image.fromarray(np.ascontiguousarray(_to_eight_bit(array)))
    return Picture(_opaque(_shrunk(image)), width, height)


def _to_eight_bit(array: np.ndarray) -> np.ndarray:
    """Scales values of any range to uint8; only values below zero shift it."""
    lowest, highest = float(array.min()), float(array.max())
    if array.dtype == np.uint8 and highest > 1:
        return array
    eight_bit = np.empty(array.shape, dtype=np.uint8)
    for rows in range(0, len(array), _STRIP):
        strip = slice(rows, rows + _STRIP)
        eight_bit[strip] = _scale(array[strip], lowest, highest)
    return eight_bit


def _scale(array: np.ndarray, lowest: float, highest: float) -> np.ndarray:
    if (largest := max(highest, -lowest)) > 1e30:  # What float32 could not hold.
        array, lowest, highest = array / largest, lowest / largest, highest / largest
    if lowest < 0.0:
        span = max(highest - lowest, 1e-30)
        return ((array.astype(np.float32) - lowest) * (255.0 / span)).round().astype(np.uint8)
    full = next((top for top in (1, 255, 1023, 4095, 16383, 65535) if highest <= top), highest)
    scaled = array.astype(np.float32)
    scaled *= 255.0 / full
    return np.clip(np.rint(scaled, out=scaled), 0, 255).astype(np.uint8)
