import numpy as np
import pytest

from digitcnn.lab.metrics.test_set import count_confusions, read_predictions
from digitcnn.run_folder import find_run
from digitcnn.web.charts.matrices import draw_matrix, tabulate_matrix


@pytest.fixture(scope="module")
def matrix() -> np.ndarray:
    return count_confusions(read_predictions(find_run("simple")))


def rows_of(matrix: np.ndarray, chosen: tuple[int, int] = (0, 0), *, difference: bool = False) -> list[dict]:
    return tabulate_matrix(matrix, chosen, difference=difference).to_dict("records")


def test_every_cell_of_the_matrix_is_a_row(matrix: np.ndarray):
    rows = rows_of(matrix, (4, 9))
    assert len(rows) == 100
    assert all(matrix[int(row["true"]), int(row["read"])] == row["count"] for row in rows)
    assert [(row["true"], row["read"]) for row in rows if row["chosen"]] == [("4", "9")]


def test_color_is_for_errors_and_strongest_for_the_commonest(matrix: np.ndarray):
    rows = rows_of(matrix)
    assert all(row["strength"] == 0 for row in rows if row["true"] == row["read"])
    errors = matrix - np.diag(np.diag(matrix))
    assert {row["count"] for row in rows if row["strength"] == 1} == {errors.max()}


def test_a_difference_says_which_way_it_goes(matrix: np.ndarray):
    other = matrix.copy()
    other[3, 5] += 2
    other[5, 3] -= 1
    rows = {(int(row["true"]), int(row["read"])): row for row in rows_of(other - matrix, difference=True)}
    assert (rows[3, 5]["way"], rows[3, 5]["shown"]) == ("more", "+2")
    assert (rows[5, 3]["way"], rows[5, 3]["shown"]) == ("fewer", "−1")
    assert (rows[2, 2]["way"], rows[2, 2]["shown"]) == ("same", "")


def test_other_classes_have_their_names():
    classes = "Ankle boot", "Bag", "Coat"
    rows = tabulate_matrix(np.arange(9).reshape(3, 3), (0, 2), classes).to_dict("records")
    assert (rows[5]["true"], rows[5]["read"], rows[5]["count"]) == ("Bag", "Coat", 5)
    chart = draw_matrix(tabulate_matrix(np.eye(3, dtype=int), (0, 0), classes), "mine", classes).to_dict()
    axes = chart["layer"][0]["encoding"]
    assert axes["x"]["sort"] == list(classes)
    assert axes["y"]["axis"]["title"] == "true class"


def test_numbers_of_many_classes_are_left_out_where_cells_are_narrow():
    for count, fits in ((10, None), (38, [{"test": "width >= 646", "value": 1}])):
        classes = tuple(f"c{number}" for number in range(count))
        frame = tabulate_matrix(np.eye(count, dtype=int), (0, 0), classes)
        numbers = draw_matrix(frame, "mine", classes).to_dict()["layer"][1]
        assert numbers["encoding"].get("opacity", {}).get("condition") == fits
