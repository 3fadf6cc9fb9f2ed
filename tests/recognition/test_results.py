import csv
import io
import json

from digitcnn.ink.strokes import Box
from digitcnn.recognition.reading import Digit, PrintedDigit, Reading
from digitcnn.recognition.results import COLUMNS, FileResult, is_doubtful, write_csv, write_json
from tests.support.made_digits import make_digit


def digit(label: int | None, confidence: float, *, x: float = 0.0) -> Digit:
    return make_digit(label, confidence, Box(x, 0, 10, 20))


def read_csv(results: list[FileResult]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(write_csv(results), newline="")))


TWO_LINES = Reading(((digit(4, 0.98), digit(None, 0.9, x=20)), (digit(2, 0.6),)))


def test_csv_has_a_row_per_file():
    rows = read_csv(
        [FileResult("a.png", TWO_LINES), FileResult("b.png", error="b.png is empty: choose another.")]
    )
    assert tuple(rows[0]) == COLUMNS
    assert rows[0] == {
        "file": "a.png",
        "text": "4\n2",
        "digits": "2",
        "lowest_confidence": "0.6000",
        "error": "",
    }
    assert (rows[1]["text"], rows[1]["digits"], rows[1]["lowest_confidence"]) == ("", "0", "")
    assert rows[1]["error"] == "b.png is empty: choose another."


def test_only_certainty_reads_one_in_the_csv():
    (row,) = read_csv([FileResult("a.png", Reading(((digit(4, 0.99998),),)))])
    assert row["lowest_confidence"] == "0.9999"


def test_names_with_commas_and_quotes_survive_the_csv():
    name = 'my "best", really.png'
    assert read_csv([FileResult(name)])[0]["file"] == name


def test_json_holds_every_piece_of_ink():
    (record,) = json.loads(write_json([FileResult("a.png", TWO_LINES)]))
    assert (record["path"], record["text"], record["error"]) == ("a.png", "4\n2", None)
    assert [entry["label"] for entry in record["digits"]] == [4, None, 2]
    assert record["digits"][1]["box"] == [20.0, 0.0, 10.0, 20.0]
    assert all(len(entry["probabilities"]) == 10 for entry in record["digits"])
    assert {"label", "confidence", "box", "probabilities", "kind"} == set(record["digits"][0])


def test_json_tells_print_from_handwriting():
    reading = Reading(TWO_LINES.lines, (PrintedDigit(Box(70, 4.256, 8, 12)),))
    (record, blank) = json.loads(write_json([FileResult("a.png", reading), FileResult("b.png")]))
    assert record["text"] == "4\n2"
    assert {digit["kind"] for digit in record["digits"]} == {"handwritten"}
    assert record["printed"] == [{"box": [70.0, 4.26, 8.0, 12.0], "kind": "printed"}]
    assert blank["printed"] == []


def test_typed_labels_are_marked_and_have_no_confidence():
    result = FileResult("a.png", TWO_LINES, typed=frozenset({2}))
    assert result.lowest_confidence == 0.98
    (record,) = json.loads(write_json([result]))
    assert (record["digits"][2]["typed"], record["digits"][2]["confidence"]) == (True, None)


def test_little_confidence_is_doubtful_and_a_refusal_is_not():
    assert is_doubtful(digit(2, 0.6))
    assert not is_doubtful(digit(2, 0.95))
    assert not is_doubtful(digit(None, 0.6))
