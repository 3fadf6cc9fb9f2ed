from pathlib import Path

import pytest

from digitcnn.lab.runs.catalog import inspect_run, list_shipped_runs, read_test_accuracy
from digitcnn.run_folder import RunFolder, RunRecord, write_json
from digitcnn.web.charts.costs import CHOSEN, draw_costs, tabulate_costs


def test_every_shipped_run_is_a_row_with_its_figures():
    runs = list_shipped_runs()
    frame = tabulate_costs(runs).set_index("run")
    assert list(frame.index) == [run.name for run in runs]
    tiny = frame.loc["tiny"]
    (run,) = [run for run in runs if run.name == "tiny"]
    assert (tiny["weights"], tiny["accuracy"]) == (1994, read_test_accuracy(run))
    assert tiny["per_weights"] == pytest.approx(tiny["accuracy"] / 1.994)
    assert tiny["per_second"] == pytest.approx(tiny["accuracy"] / tiny["seconds"])


def test_a_run_of_another_test_set_is_left_out(tmp_path: Path):
    for name, data in (("mine", "mnist"), ("clothes", "fashion-mnist")):
        folder = RunFolder(tmp_path / name)
        folder.path.mkdir()
        folder.write_record(
            RunRecord("simple", {"data": data}, {}, 0, "finished", "2026", seconds=9.0, parameters=50)
        )
        write_json(folder.metrics_json, {"test": {"accuracy": 0.9}})
    runs = [inspect_run(path, shipped=False) for path in sorted(tmp_path.iterdir())]
    assert list(tabulate_costs(runs)["run"]) == ["mine"]


def test_a_run_is_chosen_by_its_name():
    chart = draw_costs(tabulate_costs(list_shipped_runs())).to_dict()
    (parameter,) = chart["params"]
    assert (parameter["name"], parameter["select"]["fields"]) == (CHOSEN, ["run"])
