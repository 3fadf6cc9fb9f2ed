"""The Compare tab as a visitor first sees it: `simple` against `deeper`, without any training."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import binom
from sklearn.metrics import (
    accuracy_score,
    classification_report,
    confusion_matrix,
    f1_score,
    log_loss,
    precision_recall_fscore_support,
)
from streamlit.testing.v1 import AppTest

from digitcnn.lab.metrics.compared_runs import run_ref_of
from digitcnn.lab.metrics.test_set import Predictions, read_predictions
from digitcnn.run_folder import PROJECT, SHIPPED, find_run

TIMEOUT = 300


def tab() -> AppTest:
    def script() -> None:
        from digitcnn.web.compare.panels import show_compare

        show_compare()

    return AppTest.from_function(script, default_timeout=TIMEOUT)


def words_of(page: AppTest) -> str:
    return "\n".join(element.value for element in [*page.markdown, *page.caption])


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> AppTest:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITCNN_RUNS", str(tmp_path_factory.mktemp("runs")))
        page = tab().run()
    assert not page.exception
    return page


@pytest.fixture(scope="module")
def pair() -> list[Predictions]:
    return [read_predictions(find_run(name)) for name in ("simple", "deeper")]


def test_it_opens_with_simple_against_deeper(page: AppTest):
    assert page.selectbox(key="baseline").value == "simple"
    assert page.multiselect(key="against").value == ["deeper"]


def test_address_names_what_is_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    page = tab()
    page.query_params["baseline"] = "deeper"
    page.query_params["against"] = ["simple", "gone", "reader"]
    page.run()
    assert not page.exception
    assert page.selectbox(key="baseline").value == "deeper"
    assert page.multiselect(key="against").value == ["simple", "reader"]


def test_verdict_comes_first_and_says_whether_it_is_luck(page: AppTest, pair: list[Predictions]):
    lead = int(pair[1].right.sum()) - int(pair[0].right.sum())
    verdict = page.markdown[0].value.replace("\\", "")
    assert f"{abs(lead)} images apart of 10,000" in verdict
    assert "luck" in verdict or "not significant" in verdict


def test_four_figures_of_both_follow_the_verdict(page: AppTest, pair: list[Predictions]):
    shown = [(metric.label, metric.value, metric.delta) for metric in page.metric[:4]]
    one, other = (f"{accuracy_score(each.labels, each.answers) * 100:.2f}" for each in pair)
    label, value, known = shown[0]
    assert (label, value, known.replace("\\", "")) == ("Test accuracy", f"{other} %", f"simple: {one} %")
    assert [label for label, _, _ in shown[1:]] == ["Latency, one digit", "File size", "Training time"]


def test_accuracy_stands_beside_its_cost(page: AppTest, pair: list[Predictions]):
    deeper = dict(page.table[0].value[["Measure", "deeper"]].to_numpy().tolist())
    record = find_run("deeper").read_record()
    points = 100 * accuracy_score(pair[1].labels, pair[1].answers)
    assert deeper["Test accuracy"] == f"{points:.2f} %"
    per_thousand = 1000 * points / record.parameters
    assert deeper["Accuracy per 1,000 parameters"] == f"{per_thousand:.2g} points"
    assert "weigh models of like accuracy" in words_of(page)


def test_other_tables_are_folded_below(page: AppTest):
    folded = [table for expander in page.expander for table in expander.table]
    assert len(folded) == len(page.table) - 1 >= 4
    assert not any(expander.proto.expanded for expander in page.expander)


def test_no_row_says_nothing(page: AppTest):
    page.toggle(key="compare.differing").set_value(False).run()
    rows = [tuple(row) for row in page.table[1].value.itertuples(index=False)]
    page.toggle(key="compare.differing").set_value(True).run()
    names = [name for name, *_ in rows]
    assert names.count("tensorflow") == 1
    assert not [name for name in names if "cpu" in name or name == "Preset"], "the runs' own names, twice"
    assert not [row for row in rows if set(row[1:]) == {"–"}]


def test_every_element_of_the_comparison_is_there(page: AppTest):
    assert [each.value for each in page.header] == [
        "Learning curves",
        "Results and settings",
        "Confusion matrix",
        "Classification report",
        "Agreement",
        "Calibration",
        "Robustness",
        "Real handwriting",
        "Your own digits",
        "Downloads",
    ]


def test_every_chart_has_words(page: AppTest):
    charts = page.get("vega_lite_chart")
    assert len(charts) >= 6
    assert all(chart.proto.alt for chart in charts)


def test_every_chart_has_a_height_for_its_place_to_be_kept(page: AppTest):
    assert all(
        isinstance(json.loads(chart.proto.spec)["height"], int) for chart in page.get("vega_lite_chart")
    )


def test_printed_reports_are_scikit_learns(page: AppTest, pair: list[Predictions]):
    expected = [classification_report(each.labels, each.answers, digits=4) for each in pair]
    bodies = [element.proto.body for element in page.get("html")]
    printed = [re.fullmatch(r"<pre>(.*)</pre>", body, re.DOTALL) for body in bodies]
    assert [found[1] for found in printed if found] == expected
    assert not page.code, "the highlighter of a code block holds up the first chart"


def test_figures_in_the_tables_are_scikit_learns(page: AppTest, pair: list[Predictions]):
    facts = page.table[1].value.map(lambda text: text.replace("\\", ""))
    for at, each in enumerate(pair):
        column = dict(zip(facts.iloc[:, 0], facts.iloc[:, 1 + at], strict=True))
        assert column["Test accuracy, 95 % interval"].startswith(
            f"{accuracy_score(each.labels, each.answers) * 100:.2f} %"
        )
        assert (
            column["F1, mean of the digits"] == f"{f1_score(each.labels, each.answers, average='macro'):.4f}"
        )
        exact = each.probabilities.astype(np.float64)
        exact /= exact.sum(axis=1, keepdims=True)
        assert column["Log loss"] == f"{log_loss(each.labels, exact):.4f}"
        shown = page.table[2 + at].value
        for place, name in enumerate(("precision", "recall", "F1")):
            expected: Any = precision_recall_fscore_support(each.labels, each.answers)[place]
            assert list(shown[name])[:10] == [f"{value:.4f}" for value in expected]
            average = precision_recall_fscore_support(each.labels, each.answers, average="macro")[place]
            assert shown[name].iloc[10] == f"{average:.4f}"
        assert list(shown["support"])[:10] == [f"{count:,}" for count in np.bincount(each.labels)]


def test_cells_of_the_matrices_are_scikit_learns(page: AppTest, pair: list[Predictions]):
    matrices = [confusion_matrix(each.labels, each.answers) for each in pair]
    expected = [*matrices, matrices[1] - matrices[0]]
    charts = [chart for chart in page.get("vega_lite_chart") if '"strength"' in chart.proto.spec]
    assert len(charts) == 3
    for chart, matrix in zip(charts, expected, strict=True):
        data = chart.proto.data.data or chart.proto.datasets[0].data.data
        table = pa.ipc.open_stream(data).read_all()
        np.testing.assert_array_equal(np.array(table["count"]).reshape(10, 10), matrix)


def test_downloads_are_the_history_as_recorded_and_the_whole_matrix(tmp_path: Path, pair: list[Predictions]):
    from digitcnn.web.compare.downloads import make_file

    run_ref = run_ref_of(find_run("simple"))
    assert make_file(run_ref, "history.csv") == (SHIPPED / "simple" / "history.csv").read_text()
    file = tmp_path / "matrix.csv"
    file.write_text(make_file(run_ref, "confusion-matrix.csv"))
    read = np.loadtxt(file, delimiter=",", skiprows=1, dtype=int)
    np.testing.assert_array_equal(read[:, 0], np.arange(10))
    np.testing.assert_array_equal(read[:, 1:], confusion_matrix(pair[0].labels, pair[0].answers))


def test_p_value_of_the_verdict_is_scipys(page: AppTest, pair: list[Predictions]):
    first, second = pair[0].right, pair[1].right
    fewer, total = min((first & ~second).sum(), (second & ~first).sum()), (first ^ second).sum()
    expected = 2 * binom.cdf(fewer, total, 0.5) - binom.pmf(fewer, total, 0.5)
    said = page.markdown[0].value.replace("\\", "")
    assert ("p < 0.001" if expected < 0.001 else f"p = {expected:.3f}"[:8]) in said


def test_counts_of_who_gets_what_right_are_the_predictions(page: AppTest, pair: list[Predictions]):
    first, second = pair[0].right, pair[1].right
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown["Both right"] == f"{(first & second).sum():,}"
    assert shown["Only simple right"] == f"{(first & ~second).sum():,}"
    assert shown["Only deeper right"] == f"{(second & ~first).sum():,}"
    assert shown["Neither"] == f"{(~first & ~second).sum():,}"


def test_the_commonest_error_is_chosen_until_a_cell_is(page: AppTest, pair: list[Predictions]):
    matrix = confusion_matrix(pair[0].labels, pair[0].answers)
    chosen = matrix[page.selectbox(key="compare.true").value, page.selectbox(key="compare.read").value]
    matrix[range(10), range(10)] = 0
    assert chosen == matrix.max()


def test_only_what_differs_is_shown_until_asked_for_more(page: AppTest):
    def names() -> list[str]:
        return list(page.table[1].value.iloc[:, 0])

    assert "Learning rate" in names()
    assert "Batch size" not in names()
    page.toggle(key="compare.differing").set_value(False).run()
    assert "Batch size" in names()
    page.toggle(key="compare.differing").set_value(True).run()


def test_a_run_alone_is_shown_without_comparison(page: AppTest):
    page.multiselect(key="against").set_value([]).run()
    assert not page.exception
    assert "Choose a run to compare" in words_of(page)
    page.multiselect(key="against").set_value(["deeper"]).run()
    assert not page.exception


def test_broken_runs_are_said_and_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("whole", "half", "torn"):
        shutil.copytree(SHIPPED / "simple", tmp_path / name, ignore=shutil.ignore_patterns("model.*"))
    (tmp_path / "torn" / "run.json").write_text("{")
    (tmp_path / "half" / "predictions.npz").write_bytes(b"PK")
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    page = tab().run()
    page.multiselect(key="against").set_value(["whole", "half"]).run()
    assert not page.exception
    said = " ".join(warning.value.replace("\\", "") for warning in page.warning)
    assert "torn is left out" in said
    assert "half is left out" in said
    assert "equally many of the 10,000" in page.markdown[0].value.replace("\\", "")


@pytest.mark.slow
def test_runs_of_other_test_images_are_not_compared_image_by_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    other = tmp_path / "other"
    shutil.copytree(SHIPPED / "simple", other, ignore=shutil.ignore_patterns("model.*"))
    predictions = read_predictions(find_run("simple"))
    np.savez(
        other / "predictions.npz",
        probabilities=predictions.probabilities[:360],
        labels=predictions.labels[:360],
    )
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    page = tab().run()
    page.multiselect(key="against").set_value(["other"]).run()
    assert not page.exception
    assert "tested on different images" in page.markdown[0].value
    assert "Both right" not in [metric.label for metric in page.metric]
    assert not [chart for chart in page.get("vega_lite_chart") if "−" in chart.proto.spec]


def test_the_first_chart_waits_for_no_statistics():
    code = (
        "import sys, digitcnn.web.compare.panels;"
        "print(sorted({'scipy', 'sklearn', 'cv2', 'tensorflow'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_what_is_below_waits_for_the_first_chart_once_in_a_visit(monkeypatch: pytest.MonkeyPatch):
    from digitcnn.web.compare import panels as compare_panels

    waited: list[float] = []
    monkeypatch.setattr(compare_panels, "time", SimpleNamespace(sleep=waited.append))
    page = tab().run()
    page.run()
    assert not page.exception
    assert waited == [compare_panels.HEAD_START]
