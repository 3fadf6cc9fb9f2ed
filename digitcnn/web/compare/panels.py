"""The Lab's Compare tab: verdict, learning curves, tables, matrices, calibration and downloads."""

import time

import streamlit as st

from digitcnn.lab.metrics.compared_runs import ComparedRun
from digitcnn.lab.metrics.comparison import format_verdict
from digitcnn.lab.runs.curves import Curve, Metric, curves_of
from digitcnn.lab.runs.run_table import Analysis, find_key_figures, tabulate_runs
from digitcnn.web.charts.accuracy import draw_reliability
from digitcnn.web.charts.curves import draw_curves, tabulate_curves
from digitcnn.web.charts.show import show_chart
from digitcnn.web.compare.downloads import show_downloads
from digitcnn.web.compare.figures import analyse_runs, measure_latency, pair_runs
from digitcnn.web.compare.handwriting import show_handwriting, show_robustness
from digitcnn.web.compare.matrices import show_agreement, show_matrices
from digitcnn.web.compare.runs import Choice, choose_runs
from digitcnn.web.compare.tables import show_costs, show_facts, show_reports
from digitcnn.web.frame import show_heading
from digitcnn.web.own_digits import show_personal_scores
from digitcnn.web.text import escape_markdown

SECTIONS = {
    "curves": ("Learning curves", "How did each run learn, epoch by epoch?"),
    "what-differs": ("Results and settings", "In what do the runs differ?"),
    "confusions": ("Confusion matrix", "Which of them are mistaken for which?"),
    "report": ("Classification report", "How well is each class read?"),
    "pairs": ("Agreement", "Which images does only one of them read right?"),
    "reliability": ("Calibration", "Is a model as sure as it is right?"),
    "robustness": ("Robustness", "How much do disturbed digits cost it?"),
    "handwriting": (
        "Real handwriting",
        "How well does it read writers that no model was trained on, but for one UNIPEN donor?",
    ),
    "personal": ("Your own digits", "Which model reads your hand best?"),
    "take-away": ("Downloads", "What can be kept of this comparison?"),
}
"""Anchor -> title and question, in the order of the page."""

HEAD_START = 1.0
"""Seconds that everything below the first screen waits for the curves to be drawn, once in a visit.

A browser that goes on receiving elements lays them all out before it draws a chart, and compiles all fourteen
charts of this page before it shows one: on a busy machine the first is on the screen 0.8 s after the click
with this pause, 2.3 s without.
"""

UNBROKEN = "\N{NO-BREAK SPACE}"
"""Between the words of a link, so that it stays on one line."""


@st.fragment
def show_compare() -> None:
    """The whole tab: choice of runs, verdict, and every section below it."""
    choice = choose_runs()
    if choice is None:
        return
    times = [measure_latency(run_ref) for run_ref in choice.run_refs]
    show_verdict(choice, times)
    shown = {
        anchor: title
        for anchor, (title, _) in SECTIONS.items()
        if choice.reads_digits or anchor not in ("handwriting", "personal")
    }
    links = " · ".join(f"[{title.replace(' ', UNBROKEN)}](#{anchor})" for anchor, title in shown.items())
    st.markdown(f":small[{links}]")
    _head("curves")
    show_curves(choice)
    # The first chart needs no metric: it is drawn while they are still being computed.
    with st.spinner("Computing every metric of these runs"):
        analyses = analyse_runs(choice.run_refs)
    _give_head_start()
    _head("what-differs")
    show_costs(choice.runs)
    with st.expander("Every result, cost and setting", icon=":material/table_rows:"):
        show_facts(tabulate_runs(list(choice.runs), analyses, times), choice.labels)
    compare_two(choice, analyses)
    _head("reliability")
    show_reliability(choice, analyses)
    _head("robustness")
    show_robustness(choice)
    if choice.reads_digits:
        _head("handwriting")
        show_handwriting(choice)
        _head("personal")
        show_personal_scores(choice.models)
    _head("take-away")
    show_downloads(choice)


def show_verdict(choice: Choice, times: list[float | None]) -> None:
    """Which is better and whether that is more than luck, then four figures: both for each challenger."""
    baseline, *challengers = choice.run_refs
    known, *figures = [find_key_figures(*each) for each in zip(choice.runs, times, strict=True)]
    with st.container(key="compare-verdict"):
        for challenger, values in zip(challengers, figures, strict=True):
            pairing = pair_runs(baseline, challenger)
            sentence = (
                f"{challenger.label} and {baseline.label} were tested on different images, so neither "
                "is known to be better."
                if pairing is None
                else format_verdict(baseline.label, challenger.label, pairing)
            )
            against = {name: f"{baseline.label}: {value}" for name, value in known.items()}
            _show_figures(sentence, values, against)
        if not challengers:
            sentence = f"{baseline.label} by itself: choose a run to compare it with."
            _show_figures(sentence, known, {})


def _show_figures(sentence: str, figures: dict[str, str], against: dict[str, str]) -> None:
    """A sentence, and below it by name the figures and what they are compared with."""
    st.markdown(escape_markdown(sentence))
    with st.grid(4, min_column_width=150, gap="small"):
        for name, value in figures.items():
            other = escape_markdown(against[name]) if against else None
            st.metric(name, value, other, delta_color="off", delta_arrow="off")


@st.fragment
def show_curves(choice: Choice) -> None:
    """Accuracy and loss over the epochs, all runs in one chart each."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="compare-smooth"):
        smoothing = st.slider(
            "Smoothing",
            0.0,
            0.9,
            0.0,
            0.1,
            key="compare.smoothing",
            width=240,
            help="How much of each point comes from the epochs before it",
        )
        log = st.toggle("Log axis", key="compare.log", help="Accuracy is then shown as error, 1 − accuracy")
    groups: dict[str, list[ComparedRun]] = {}
    for run in choice.runs:
        groups.setdefault(str(run.record.dataset.get("validation", {}).get("name", "–")), []).append(run)
    without = [run.label for run in choice.runs if not run.history]
    if len(groups) > 1:
        st.warning("These runs were validated on different images: compare curves within one chart only.")
    for place, (validated_on, runs) in enumerate(groups.items()):
        if len(groups) > 1:
            names = ", ".join(run.label for run in runs)
            st.markdown(escape_markdown(f"{names}: validated on {validated_on}"))
        curves = [curve for run in runs for curve in curves_of(run.label, run.history, smoothing=smoothing)]
        _draw_pair(
            curves, choice.labels, log=log, smoothed=smoothing > 0, suffix=f"-{place}" if place else ""
        )
    st.caption(
        "Thin: on the images it trains on; bold: on validation images."
        + ("" if log else " The worst fifth of the points is left out: the log axis shows all.")
        + (f" No history: {escape_markdown(', '.join(without))}." if without else "")
    )


def _draw_pair(curves: list[Curve], labels: list[str], *, log: bool, smoothed: bool, suffix: str) -> None:
    titles: dict[Metric, str] = {"accuracy": "Error, 1 − accuracy" if log else "Accuracy", "loss": "Loss"}
    with st.grid(2, min_column_width=340, gap="medium"):
        for metric, title in titles.items():
            lines = [curve for curve in curves if curve.metric == metric and curve.part == "validation"]
            last = ", ".join(f"{curve.run} {curve.raw[-1]:.4g}" for curve in lines)
            frame = tabulate_curves(curves, metric, log=log)
            show_chart(
                draw_curves(frame, labels, title, log=log, smoothed=smoothed),
                key=f"compare.curves.{metric}{suffix}",
                alt=f"{metric.capitalize()} over epochs; at the end, on validation images: {last or '–'}",
            )


def compare_two(choice: Choice, analyses: list[Analysis]) -> None:
    """The sections that set one challenger against the baseline."""
    labels = choice.labels
    place = 1
    if len(labels) > 2:
        st.space("small")
        with st.container(horizontal=True, vertical_alignment="center"):
            rival = st.segmented_control(
                f"In the next sections, {escape_markdown(labels[0])} against",
                labels[1:],
                default=labels[1],
                required=True,
                key="compare.rival",
            )
        place = labels.index(rival) if rival in labels else 1
    pair = [0, place] if len(labels) > 1 else [0]
    runs = tuple(choice.runs[index] for index in pair)
    chosen = [analyses[index] for index in pair]
    _head("confusions")
    show_matrices(runs, [each.confusions for each in chosen])
    _head("report")
    show_reports(runs, [each.report for each in chosen])
    _head("pairs")
    pairing = pair_runs(choice.run_refs[0], choice.run_refs[place]) if len(pair) == 2 else None
    if pairing is not None:
        show_agreement(runs[0], runs[1], pairing)
    elif len(pair) == 2:
        st.caption("They were tested on different images, so they can't be compared image by image.")
    else:
        st.caption(
            "Choose a run to compare with, and you see here which images only one of both reads right."
        )


@st.fragment
def show_reliability(choice: Choice, analyses: list[Analysis]) -> None:
    """Accuracy over confidence, and the calibration error of each run."""
    shown = st.toggle(
        "As Draw and Upload show it",
        key="compare.tempered",
        help="There, each model's confidence is corrected by its temperature, found on validation images",
    )
    calibrations = {
        label: each.calibration_shown if shown else each.calibration
        for label, each in zip(choice.labels, analyses, strict=True)
    }
    chart, words = st.columns([2, 1], gap="medium")
    with chart:
        show_chart(
            draw_reliability(calibrations),
            key="compare.reliability",
            alt="Share of right answers over confidence; expected calibration error: "
            + ", ".join(f"{label} {each.error:.4f}" for label, each in calibrations.items()),
        )
    with words:
        for label, each in calibrations.items():
            st.metric(f"Calibration error, {escape_markdown(label)}", f"{each.error:.4f}")
        st.caption(
            "Answers are sorted into 15 bins by confidence. On the dashed line, of the answers that are 80 % "
            "sure, 80 % are right; below it a model is surer than it should be. The error (ECE) is the mean "
            "distance from the line; larger dots are more answers."
        )


def _give_head_start() -> None:
    if "compare.opened" not in st.session_state:
        st.session_state["compare.opened"] = True
        time.sleep(HEAD_START)


def _head(anchor: str) -> None:
    st.space("small")
    show_heading(*SECTIONS[anchor], anchor=anchor)
