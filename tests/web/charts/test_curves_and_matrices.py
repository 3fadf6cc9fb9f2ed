import numpy as np
import pytest

from digitcnn.lab.metrics.robustness import Series
from digitcnn.lab.metrics.test_set import count_confusions, read_predictions
from digitcnn.lab.runs.curves import curves_of
from digitcnn.run_folder import find_run
from digitcnn.web.charts.accuracy import spec_of_series, tabulate_series
from digitcnn.web.charts.curves_and_matrices import spec_of_curves, tabulate_curves, tabulate_matrix

HISTORY = [
    {"epoch": 0, "accuracy": 0.9, "val_accuracy": 0.95, "loss": 0.3, "val_loss": 0.2},
    {"epoch": 1, "accuracy": 1.0, "val_accuracy": 0.96, "loss": 0.1, "val_loss": 0.15},
]


@pytest.fixture(scope="module")
def matrix() -> np.ndarray:
    return count_confusions(read_predictions(find_run("simple")))


def test_a_log_axis_shows_the_error_and_never_nothing():
    rows = tabulate_curves(curves_of("one", HISTORY), "accuracy", log=True).to_pylist()
    assert [row["value"] for row in rows if row["part"] == "training"] == pytest.approx([0.1, 1e-4])
    loss = tabulate_curves(curves_of("one", HISTORY), "loss", log=True).to_pylist()
    assert [row["value"] for row in loss if row["part"] == "validation"] == [0.2, 0.15]


def test_no_curves_are_an_empty_table_and_no_error():
    assert tabulate_curves([], "loss", log=False).num_rows == 0


def test_the_baseline_has_the_first_color():
    spec = spec_of_curves(["base", "other"], "Loss", log=False, smoothed=False)
    assert spec["encoding"]["color"]["scale"]["domain"] == ["base", "other"]


def test_every_cell_of_the_matrix_is_a_row(matrix: np.ndarray):
    rows = tabulate_matrix(matrix, (4, 9)).to_pylist()
    assert len(rows) == 100
    assert all(matrix[row["true"], row["read"]] == row["count"] for row in rows)
    assert [(row["true"], row["read"]) for row in rows if row["chosen"]] == [(4, 9)]


def test_color_is_for_errors_and_strongest_for_the_commonest(matrix: np.ndarray):
    rows = tabulate_matrix(matrix, (0, 0)).to_pylist()
    assert all(row["strength"] == 0 for row in rows if row["true"] == row["read"])
    errors = matrix - np.diag(np.diag(matrix))
    strongest = [row["count"] for row in rows if row["strength"] == 1]
    assert set(strongest) == {errors.max()}


def test_a_difference_says_which_way_it_goes(matrix: np.ndarray):
    other = matrix.copy()
    other[3, 5] += 2
    other[5, 3] -= 1
    rows = {
        (row["true"], row["read"]): row
        for row in tabulate_matrix(other - matrix, (0, 0), difference=True).to_pylist()
    }
    assert (rows[3, 5]["way"], rows[3, 5]["shown"]) == ("more", "+2")
    assert (rows[5, 3]["way"], rows[5, 3]["shown"]) == ("fewer", "−1")
    assert (rows[2, 2]["way"], rows[2, 2]["shown"]) == ("same", "")


def test_a_disturbance_starts_from_the_untouched_digits():
    fade = Series("contrast", "strength", 1.0, (0.5, 0.1), (0.9, 0.4))
    rows = tabulate_series({"one": fade}, {"one": 0.99}).to_pylist()
    assert [(row["level"], row["accuracy"]) for row in rows] == [(0.1, 0.4), (0.5, 0.9), (1.0, 0.99)]
    axis = spec_of_series(["one"], fade, lowest=0.3)["encoding"]["x"]
    assert axis["scale"]["reverse"]
    assert axis["axis"]["values"] == [0.1, 0.5, 1.0]
