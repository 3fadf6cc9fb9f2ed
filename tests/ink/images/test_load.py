import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digitcnn.errors import InputError
from digitcnn.ink.images.load import MAX_PIXELS, WORKING_SIDE, Picture, open_picture
from tests.support.made_pictures import draw

FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"]


def _save(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _likeness(picture: Picture, reference: Image.Image) -> float:
    """Largest difference of block means: 0 for the same picture."""
    seen = np.asarray(Image.fromarray(picture.rgb).convert("L").resize((20, 20)), dtype=float)
    wanted = np.asarray(reference.convert("L").resize((20, 20)), dtype=float)
    return float(np.abs(seen - wanted).max())


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_opens_to_the_same_picture(kind: str):
    image = draw("27")
    picture = open_picture(_save(image, kind))
    assert picture.rgb.dtype == np.uint8
    assert (picture.width, picture.height) == image.size
    assert _likeness(picture, image) < 12


def test_heic_opens(tmp_path: Path):
    heif = pytest.importorskip("pillow_heif")
    image = draw("27").convert("RGB")
    path = tmp_path / "IMG_0001.HEIC"
    heif.from_pillow(image).save(path)
    assert _likeness(open_picture(path), image) < 12


def test_first_page_of_a_pdf_opens():
    image = draw("27").convert("RGB")
    data = _save(image, "PDF", save_all=True, append_images=[image, image])
    picture = open_picture(data)
    assert picture.note == "Page 1 of 3 was read."
    assert _likeness(picture, image) < 12


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "WEBP"])
def test_first_frame_is_read_and_said_so(kind: str):
    first, second = draw("2").convert("RGB"), draw("7").convert("RGB")
    picture = open_picture(_save(first, kind, save_all=True, append_images=[second]))
    assert _likeness(picture, first) < 12
    assert picture.note is not None


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "LA", "I", "F", "I;16", "YCbCr"])
def test_every_mode_opens_to_the_same_picture(mode: str):
    image = draw("27")
    if mode == "I;16":
        converted = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    else:
        converted = image.convert("L").convert("RGB").convert(mode) if mode == "P" else image.convert(mode)
    assert _likeness(open_picture(converted), image) < 6


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int64, np.float32, bool])
@pytest.mark.parametrize("channels", [0, 1, 3, 4])
def test_arrays_of_any_type_open_to_the_same_picture(dtype: type, channels: int):
    image = draw("27", ink=0, paper=255)
    array = np.asarray(image)
    if channels:
        array = np.repeat(array[..., None], channels, axis=2).copy()
        if channels == 4:
            array[..., 3] = 255
    array = {
        np.uint16: lambda a: a.astype(np.uint16) * 257,
        np.float32: lambda a: a.astype(np.float32) / 255,
        bool: lambda a: a > 127,
    }.get(dtype, lambda a: a.astype(dtype))(array)
    assert _likeness(open_picture(array), image) < 6


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int):
    image = draw("27").convert("RGB")
    image.paste((255, 0, 0), (0, 0, 20, 20))
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    stored = image.transpose(Image.Transpose(back[orientation])) if orientation > 1 else image
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = open_picture(_save(stored, "JPEG", exif=exif.tobytes(), quality=95))
    assert (picture.width, picture.height) == image.size
    assert _likeness(picture, image) < 12
    assert picture.rgb[5, 5, 0] > 200 > 100 > picture.rgb[5, 5, 2]


@pytest.mark.parametrize("ink", [0, 255])
def test_ink_on_transparent_ground_contrasts(ink: int):
    alpha = Image.eval(draw("2"), lambda value: 255 - value)
    rgba = Image.merge("RGBA", [Image.new("L", alpha.size, ink)] * 3 + [alpha])
    gray = open_picture(rgba).rgb[..., 0].astype(int)
    assert np.ptp(gray) == 255
    assert abs(gray[np.asarray(alpha) == 255].mean() - ink) < 1


def test_a_cut_out_sheet_is_filled_with_its_own_paper():
    sheet = draw("2", paper=200).convert("RGBA")
    sheet.putalpha(255)
    sheet.paste((0, 0, 0, 0), (0, 0, 15, sheet.height))
    assert open_picture(sheet).rgb[50, 5, 0] == 200


def test_large_pictures_are_worked_on_smaller_and_keep_their_size():
    picture = open_picture(Image.new("L", (6000, 3000), 255))
    assert picture.rgb.shape[:2] == (WORKING_SIDE // 2, WORKING_SIDE)
    assert (picture.width, picture.height) == (6000, 3000)
    assert picture.to_input(10, 20, 30, 40) == (30, 60, 90, 120)


def test_open_files_are_read_from_their_start(tmp_path: Path):
    path = tmp_path / "two.png"
    draw("2").save(path)
    with path.open("rb") as file:
        file.read(10)
        assert open_picture(file).height == draw("2").height


def _png_of(width: int, height: int) -> bytes:
    """The start of a PNG that claims to be this large."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    body = b"IDAT" + zlib.compress(bytes(1000))
    return head + struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


BROKEN = {
    "empty": (b"", "is empty"),
    "text": (b"hello, I am no picture\n" * 20, "not a picture"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
    "truncated": (_save(draw("27"), "PNG")[:300], "damaged or cut short"),
    "truncated JPEG": (_save(draw("27"), "JPEG")[:900], "damaged or cut short"),
    "bomb": (_png_of(60_000, 60_000), "million pixels"),
    "just too large": (_png_of(8001, MAX_PIXELS // 8000), "million pixels"),
    "no pixels": (_png_of(0, 10), "damaged|no pixels|not a picture"),
    "pdf": (b"%PDF-1.7\nnothing more", "PDF"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(50), "damaged|HEIC"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_refused_with_a_sentence_that_names_them(name: str, tmp_path: Path):
    data, reason = BROKEN[name]
    path = tmp_path / "holiday.jpg"
    path.write_bytes(data)
    with pytest.raises(InputError, match=reason) as caught:
        open_picture(path)
    assert str(caught.value).startswith("holiday.jpg")
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.zeros((0, 5)), "no pixels"),
        (np.zeros(5), "shape"),
        (np.zeros((5, 5, 7)), "shape"),
        (np.full((5, 5), np.nan), "NaN"),
        (np.array([["a"]]), "real numbers"),
    ],
)
def test_arrays_that_are_no_picture_are_refused(array: np.ndarray, reason: str):
    with pytest.raises(InputError, match=reason):
        open_picture(array)


def test_missing_files_and_folders_are_refused(tmp_path: Path):
    with pytest.raises(InputError, match="no file called"):
        open_picture(tmp_path / "missing.png")
    with pytest.raises(InputError, match="cannot be opened"):
        open_picture(tmp_path)


def test_other_objects_are_a_mistake_of_the_caller():
    with pytest.raises(TypeError, match="received dict"):
        open_picture({})


def test_damaged_bytes_never_do_more_than_refuse():
    random = np.random.default_rng(0)
    whole = [_save(draw("2", height=40, margin=10).convert("RGB"), kind) for kind in FORMATS]
    whole.append(_save(draw("2", height=40, margin=10), "PDF"))
    refusals = []
    for turn in range(140):
        data = bytearray(whole[turn % len(whole)])
        if turn % 2:
            data = data[: random.integers(1, len(data))]
        else:
            for _ in range(random.integers(1, 20)):
                data[random.integers(len(data))] ^= 1 << random.integers(8)
        try:
            picture = open_picture(bytes(data), name="odd.png")
        except InputError as error:
            refusals.append(str(error))
        else:
            assert picture.rgb.size
    assert len(refusals) > 20
    assert all("odd.png" in refusal for refusal in refusals)


def test_a_pdf_that_nests_without_end_is_refused_and_harms_nothing():
    """Forms that each draw the next ten times: each one more takes PDFium ten times as long and as much."""
    forms = [b"/F Do " * 10] * 8 + [b"0 0 9 9 re f"]
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R"
        b" /Resources << /XObject << /F 5 0 R >> >> >>",
    ]
    for number, form in enumerate(forms):
        within = b"/Type /XObject /Subtype /Form /BBox [0 0 99 99] " if number else b""
        further = b"/Resources << /XObject << /F %d 0 R >> >>" % (number + 5)
        objects.append(b"<< /Length %d %s%s >>\nstream\n%s\nendstream" % (len(form), within, further, form))
    data = (
        b"%PDF-1.4\n"
        + b"".join(b"%d 0 obj\n%s\nendobj\n" % entry for entry in enumerate(objects, 1))
        + b"trailer << /Root 1 0 R /Size 20 >>\n%%EOF"
    )
    with pytest.raises(InputError, match=r"takes t.* to draw: save its page as PNG"):
        open_picture(data, name="nested.pdf")
