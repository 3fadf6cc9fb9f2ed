"""Pictures drawn at test time: digits as polylines on paper, at any size, in any colors."""

import io
import zipfile

import numpy as np
from PIL import Image, ImageDraw

DIGITS: dict[str, list[list[tuple[float, float]]]] = {
    "1": [[(0.25, 0.2), (0.45, 0.0), (0.45, 1.0)]],
    "2": [
        [
            (0.05, 0.25),
            (0.15, 0.05),
            (0.35, 0.0),
            (0.55, 0.1),
            (0.58, 0.3),
            (0.4, 0.6),
            (0.0, 1.0),
            (0.65, 1.0),
        ]
    ],
    "3": [
        [(0.05, 0.05), (0.3, 0.0), (0.55, 0.1), (0.55, 0.35), (0.25, 0.47)],
        [(0.25, 0.47), (0.55, 0.55), (0.62, 0.8), (0.4, 1.0), (0.1, 0.97), (0.0, 0.85)],
    ],
    "4": [[(0.35, 0.0), (0.0, 0.65), (0.7, 0.65)], [(0.5, 0.3), (0.5, 1.0)]],
    "5": [
        [(0.1, 0.0), (0.05, 0.45), (0.35, 0.4), (0.58, 0.55), (0.58, 0.8), (0.35, 1.0), (0.0, 0.92)],
        [(0.1, 0.0), (0.6, 0.0)],
    ],
    "7": [[(0.0, 0.0), (0.65, 0.0), (0.25, 1.0)]],
}


def draw(
    text: str,
    *,
    height: int = 100,
    pen: int = 9,
    margin: int = 40,
    gap: float = 0.35,
    ink: int | tuple[int, int, int] = 0,
    paper: int | tuple[int, int, int] = 255,
) -> Image.Image:
    """A picture of digits side by side: mode L for gray ink and paper, RGB for colors."""
    mode = "L" if isinstance(paper, int) else "RGB"
    width = round(margin * 2 + sum(height * (0.65 + gap) for _ in text) - height * gap)
    canvas = Image.new(mode, (width, height + 2 * margin), paper)
    drawing = ImageDraw.Draw(canvas)
    left = float(margin)
    for digit in text:
        for stroke in DIGITS[digit]:
            path = [(left + x * height, margin + y * height) for x, y in stroke]
            drawing.line(path, fill=ink, width=pen, joint="curve")
            for x, y in path:
                drawing.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=ink)
        left += height * (0.65 + gap)
    return canvas


def shade(picture: Image.Image, darkest: float = 0.4) -> Image.Image:
    """The picture in light that fades to the right, with the edge of a shadow across the middle."""
    pixels = np.asarray(picture.convert("RGB"), dtype=np.float32)
    light = np.linspace(1.0, darkest, pixels.shape[1])[None, :, None]
    light = light * np.where(np.arange(pixels.shape[0]) > pixels.shape[0] / 2, 0.7, 1.0)[:, None, None]
    noise = np.random.default_rng(0).normal(0, 2, pixels.shape)
    return Image.fromarray(np.clip(pixels * light + noise, 0, 255).astype(np.uint8))


def make_pdf(*texts: str) -> bytes:
    """A PDF with a page of digits for each text."""
    first, *others = (draw(text) for text in texts)
    file = io.BytesIO()
    first.save(file, "PDF", save_all=True, append_images=others)
    return file.getvalue()


def pack_pictures(contents: dict[str, Image.Image | bytes]) -> bytes:
    """A ZIP archive of pictures as PNG and of other files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in contents.items():
            with archive.open(name, "w") as entry:
                if isinstance(content, bytes):
                    entry.write(content)
                else:
                    content.save(entry, "PNG")
    return file.getvalue()
