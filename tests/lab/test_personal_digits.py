import io
import random
import zipfile

import numpy as np
import pytest

from digitcnn import DigitReader
from digitcnn.errors import InputError
from digitcnn.ink.strokes import Box, draw_house_digit
from digitcnn.lab import personal_digits
from digitcnn.lab.personal_digits import PersonalDigits, score_models
from digitcnn.run_folder import SHIPPED, list_runs

MODELS = [folder.name for folder in list_runs(SHIPPED) if folder.tflite_file.is_file()]

SEVEN = draw_house_digit([np.array([[10.0, 10], [60, 10], [30, 90]])])
ONE = draw_house_digit([np.array([[50.0, 10], [50, 90]])])
SCRIBBLE = draw_house_digit([np.array([[x * 10.0, (x * 37) % 100] for x in range(10)])])


def packed(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=True, **arrays)
    return file.getvalue()


def test_added_digit_is_known_by_its_drawing():
    own = PersonalDigits().add(SEVEN, 7).add(ONE, 1)
    assert (own.label_of(SEVEN), own.label_of(ONE), own.label_of(SCRIBBLE)) == (7, 1, None)
    assert [digit.label for digit in own.digits] == [7, 1]
    assert np.allclose(own.digits[0].pixels, SEVEN, atol=0.5 / 255 + 1e-6)


def test_same_drawing_is_never_recorded_twice_and_takes_the_last_label():
    own = PersonalDigits().add(SEVEN, 7).add(ONE, 1).add(SEVEN, 7).add(SEVEN, 2)
    assert [digit.label for digit in own.digits] == [2, 1]


def test_drawing_is_known_at_another_place_and_size():
    own = PersonalDigits().add(SEVEN, 7)
    again = draw_house_digit([np.round(np.array([[10.0, 10], [60, 10], [30, 90]]) * 3.37 + 41.3)])
    assert (again != SEVEN).any()
    assert own.label_of(again) == 7
    assert len(own.add(again, 7)) == 1
    assert len(own.remove(again)) == 0


def test_removing_undoes_adding():
    own = PersonalDigits().add(SEVEN, 7).add(ONE, 1)
    assert own.remove(SEVEN).label_of(SEVEN) is None
    assert len(own.remove(SEVEN).remove(SEVEN)) == 1
    assert len(own.clear()) == 0
    assert len(own) == 2


@pytest.mark.parametrize("label", [-1, 10, 255])
def test_label_outside_the_digits_is_the_callers_mistake(label: int):
    with pytest.raises(ValueError, match="0-9"):
        PersonalDigits().add(SEVEN, label)


@pytest.mark.parametrize("pixels", [np.zeros((28, 28)), np.ones((28, 27)), np.ones(784)])
def test_what_is_no_house_digit_is_the_callers_mistake(pixels: np.ndarray):
    with pytest.raises(ValueError, match="house digit"):
        PersonalDigits().add(pixels, 1)


@pytest.mark.parametrize("own", [PersonalDigits(), PersonalDigits().add(SEVEN, 7).add(ONE, 1)])
def test_set_survives_the_way_into_a_file_and_back(own: PersonalDigits):
    back = PersonalDigits.from_bytes(own.to_bytes())
    assert [digit.label for digit in back.digits] == [digit.label for digit in own.digits]
    assert all(
        (one.pixels_u8 == other.pixels_u8).all() for one, other in zip(back.digits, own.digits, strict=True)
    )


def test_file_is_plain_arrays_that_numpy_opens_without_pickle():
    with np.load(io.BytesIO(PersonalDigits().add(SEVEN, 7).to_bytes()), allow_pickle=False) as arrays:
        assert arrays["pixels"].shape == (1, 28, 28)
        assert arrays["labels"].tolist() == [7]


def test_largest_set_fits_into_the_largest_file():
    rng = np.random.default_rng(0)
    noise = rng.integers(1, 256, (personal_digits.MAX_DIGITS, 28, 28), np.uint8)
    data = packed(pixels=noise, labels=np.zeros(len(noise), np.uint8))
    assert len(data) < personal_digits.MAX_BYTES
    own = PersonalDigits.from_bytes(data)
    assert len(own) == personal_digits.MAX_DIGITS
    with pytest.raises(InputError, match="more than 2,000"):
        own.add(SEVEN, 7)
    assert len(own.add(own.digits[0].pixels, 3)) == len(own)


INK = np.full((2, 28, 28), 9, np.uint8)
INK[1] = 8
LABELS = np.array([1, 2], np.uint8)
FOREIGN = {
    "nothing": b"",
    "no archive": b"hello",
    "other arrays": packed(x=INK, y=LABELS),
    "a label of 10": packed(pixels=INK, labels=np.array([1, 10], np.uint8)),
    "a label less": packed(pixels=INK, labels=LABELS[:1]),
    "other sides": packed(pixels=INK[:, :27], labels=LABELS),
    "no sides": packed(pixels=INK.ravel(), labels=LABELS),
    "floats": packed(pixels=INK.astype(np.float32), labels=LABELS),
    "objects": packed(pixels=INK, labels=np.array([1, None], object)),
    "too many": packed(pixels=np.ones((2001, 28, 28), np.uint8), labels=np.ones(2001, np.uint8)),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_file_is_refused_in_a_sentence(name: str):
    with pytest.raises(InputError, match="holds no digits of yours"):
        PersonalDigits.from_bytes(FOREIGN[name])


def test_blank_digit_in_a_file_is_said():
    with pytest.raises(InputError, match="blank"):
        PersonalDigits.from_bytes(packed(pixels=INK * LABELS[:, None, None] % 2, labels=LABELS))


def test_large_file_is_refused_unopened():
    with pytest.raises(InputError, match="4 MB"):
        PersonalDigits.from_bytes(bytes(personal_digits.MAX_BYTES + 1))


def test_bomb_is_never_unpacked(monkeypatch: pytest.MonkeyPatch):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        header = io.BytesIO()
        shape = (3_000_000, 28, 28)
        np.lib.format.write_array_header_1_0(header, {"shape": shape, "fortran_order": False, "descr": "|u1"})
        archive.writestr("pixels.npy", header.getvalue() + bytes(300_000_000))
        archive.writestr("labels.npy", b"")
    read = []
    whole = zipfile.ZipExtFile.read
    monkeypatch.setattr(
        zipfile.ZipExtFile, "read", lambda *args: read.append(len(got := whole(*args))) or got
    )
    with pytest.raises(InputError, match="holds no digits of yours"):
        PersonalDigits.from_bytes(file.getvalue())
    assert sum(read) < 2_000_000


def test_broken_files_are_refused_or_read_but_never_crash():
    random_ = random.Random(0)
    sound = PersonalDigits().add(SEVEN, 7).add(ONE, 1).to_bytes()
    refused = 0
    for _ in range(600):
        broken = bytearray(sound)
        for _ in range(random_.randint(1, 4)):
            broken[random_.randrange(len(broken))] = random_.randrange(256)
        if random_.random() < 0.3:
            del broken[random_.randrange(len(broken)) :]
        try:
            PersonalDigits.from_bytes(bytes(broken))
        except InputError:
            refused += 1
    assert refused > 300


def test_score_counts_what_each_model_reads_as_its_writer_said():
    readers = {name: DigitReader(name) for name in MODELS}
    own = PersonalDigits().add(SEVEN, 7).add(ONE, 1).add(SCRIBBLE, 3)
    for name, score in score_models(own, readers).items():
        said = [readers[name].classify_digit(digit.pixels, Box(0, 0, 1, 1)).label for digit in own.digits]
        assert score.digits == 3
        assert score.right == sum(one == digit.label for one, digit in zip(said, own.digits, strict=True))
        assert score.refused == said.count(None)
        assert 0 <= score.interval.low <= score.right / 3 <= score.interval.high <= 1
    assert list(score_models(own, readers)) == MODELS


def test_empty_set_has_no_score():
    with pytest.raises(ValueError, match="at least one"):
        score_models(PersonalDigits(), {})
