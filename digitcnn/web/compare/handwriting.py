"""Accuracy beyond MNIST's clean test set: on disturbed digits and on real handwriting."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from digitcnn.errors import DigitcnnError
from digitcnn.lab.metrics.compared_runs import RunRef, data_of
from digitcnn.lab.metrics.corruptions import CORRUPTIONS
from digitcnn.lab.metrics.mnist_c import (
    CorruptedScore,
    corrupted_in,
    measure_corrupted,
    record_corrupted,
)
from digitcnn.lab.metrics.robustness import (
    DISTURBANCES,
    EVERY,
    Progress,
    Robustness,
    measure_robustness,
    record_robustness,
    robustness_in,
)
from digitcnn.lab.runs.scores import MNIST_TEST
from digitcnn.recognition.model import Recognizer
from digitcnn.web.charts.accuracy import draw_handwriting, draw_legend, draw_series
from digitcnn.web.charts.show import show_chart
from digitcnn.web.compare.figures import explain_missing_images, load_images
from digitcnn.web.compare.runs import Choice
from digitcnn.web.text import escape_markdown, join_words

_MEASURED, _CORRUPTED = "compare.measured", "compare.corrupted"
_TESTED_ON_MNIST = ("mnist", "handwriting")
"""Data sets whose test images are MNIST's, of which MNIST-C is made."""


@st.cache_resource
def _measuring() -> threading.Lock:
    """Held while a measurement runs: one at a time on the whole server."""
    return threading.Lock()


@st.fragment
def show_robustness(choice: Choice) -> None:
    """Accuracy on disturbed digits, and a button that measures the models without it."""
    kept: dict[RunRef, Robustness] = st.session_state.setdefault(_MEASURED, {})
    found = {
        run.label: robustness_in(run.metrics) or kept.get(run_ref)
        for run_ref, run in zip(choice.run_refs, choice.runs, strict=True)
    }
    measured = {label: each for label, each in found.items() if each is not None}
    if measured:
        _show_series(choice.labels, measured)
    data = data_of(choice.runs[0].record)
    missing = [each for each in choice.run_refs if found[each.label] is None]
    if data in _TESTED_ON_MNIST:
        known: dict[RunRef, CorruptedScore] = st.session_state.get(_CORRUPTED, {})
        corrupted = {
            run_ref: corrupted_in(run.metrics) or known.get(run_ref)
            for run_ref, run in zip(choice.run_refs, choice.runs, strict=True)
        }
        if scores := {run_ref.label: each for run_ref, each in corrupted.items() if each is not None}:
            _show_corrupted(scores)
        missing = [each for each in choice.run_refs if each in missing or corrupted[each] is None]
    if missing:
        _offer_measuring(missing, data)


def _show_series(labels: list[str], measured: Mapping[str, Robustness]) -> None:
    shown = [label for label in labels if label in measured]
    clean = {label: measured[label].clean for label in shown}
    lowest = min(min(each.accuracies) for one in measured.values() for each in one.series)
    show_chart(
        draw_legend(shown, labels),
        key="compare.robustness",
        alt=f"The colors of {', '.join(shown)}",
    )
    with st.grid(3, min_column_width=260, gap="small"):
        for disturbance in DISTURBANCES:
            series = {
                label: each
                for label in shown
                for each in measured[label].series
                if each.kind == disturbance.kind
            }
            if series:
                worst = {label: min(each.accuracies) for label, each in series.items()}
                show_chart(
                    draw_series(series, clean, labels, lowest=max(0.0, lowest - 0.05)),
                    key=f"compare.robustness.{disturbance.kind}",
                    alt=f"Accuracy under {disturbance.kind}, at its lowest: "
                    + ", ".join(f"{label} {value:.0%}" for label, value in worst.items()),
                )
    images = max(each.images for each in measured.values())
    st.caption(
        f"Shares of {images:,} test images that the bare model reads right, each disturbed the same for all. "
        "Draw and Upload undo much of it first: they center, scale and thicken ink before a model sees it."
    )


def _show_corrupted(scores: Mapping[str, CorruptedScore]) -> None:
    """MNIST-C: a row for each corruption below their mean, a column for each model."""
    rows = [{"corruption": "mean of all"} | {label: 100 * each.mean for label, each in scores.items()}]
    rows += [
        {"corruption": name.replace("_", " ")}
        | {label: 100 * each.accuracies[name] for label, each in scores.items()}
        for name in CORRUPTIONS
    ]
    st.markdown("**MNIST-C**")
    percent = st.column_config.NumberColumn(format="%.1f %%")
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        width="content",
        height="content",
        column_config={"corruption": "Corruption"} | dict.fromkeys(scores, percent),
        key="compare.mnist-c",
        alt="Accuracy on MNIST-C, on average: "
        + ", ".join(f"{label} {each.mean:.1%}" for label, each in scores.items()),
    )
    images = " and ".join(f"{count:,}" for count in sorted({each.images for each in scores.values()}))
    st.caption(
        f"{images} test images in the fifteen corruptions of Mu and Gilmer (2019), one strength each, made "
        "here from their definitions: the images differ from the published ones by their random numbers."
    )


def _offer_measuring(missing: list[RunRef], data: str) -> None:
    names = join_words([escape_markdown(each.label) for each in missing])
    if load_images(data) is None:
        st.caption(f"Not measured for {names}: {escape_markdown(explain_missing_images(data))}.")
        return
    st.caption(f"Not measured so far for {names}. Measuring takes some seconds to a minute for each.")
    if st.button("Measure now", icon=":material/timer:", key="compare.measure"):
        lock = _measuring()
        if not lock.acquire(blocking=False):
            st.info("Another measurement is running on this server: try again in a minute.")
            return
        try:
            for run_ref in missing:
                _measure(run_ref, data)
        except DigitcnnError as error:
            st.error(escape_markdown(str(error)))
            return
        finally:
            lock.release()
        st.rerun()


def _measure(run_ref: RunRef, data: str) -> None:
    """Measures one model in small steps, between which the server answers other visitors."""
    test = load_images(data)
    if test is None:
        return
    bar = st.progress(0.0, text=f"Measuring {escape_markdown(run_ref.label)}")
    recognizer = Recognizer(run_ref.folder.tflite_file)
    few = test.take(np.arange(0, len(test), EVERY))
    on_mnist_c = measure_corrupted(recognizer, few) if data in _TESTED_ON_MNIST else ()
    for step in chain(measure_robustness(recognizer, test), on_mnist_c):
        if isinstance(step, Progress):
            bar.progress(
                step.done / step.total, text=f"Measuring {escape_markdown(run_ref.label)}: {step.kind}"
            )
            continue
        # A folder that cannot be written to: this visitor still sees the figures.
        with suppress(OSError, DigitcnnError):
            if isinstance(step, CorruptedScore):
                record_corrupted(run_ref.folder, step)
            else:
                record_robustness(run_ref.folder, step)
        kept = _CORRUPTED if isinstance(step, CorruptedScore) else _MEASURED
        st.session_state.setdefault(kept, {})[run_ref] = step
    bar.empty()


def show_handwriting(choice: Choice) -> None:
    """Accuracy on handwriting that is not MNIST's, as the run folders record it."""
    rows = [row for run in choice.runs for row in _rows_of(run.label, run.metrics)]
    missing = [label for label in choice.labels if label not in {row["run"] for row in rows}]
    if rows:
        frame = pd.DataFrame(rows)
        show_chart(
            draw_handwriting(frame, choice.labels),
            key="compare.handwriting",
            alt="Share read right of each kind of handwriting: " + _format_best(frame),
        )
        st.caption(
            "Writers, pens, cameras and scanners that no model was trained on, but for some UNIPEN drawings "
            "that `reader` has seen. The lines are 95 % intervals; digits of one hand are right or wrong "
            "together, so they are wide where few people wrote."
        )
        _show_refusals(choice)
    if missing:
        st.caption(
            f"Not measured for {join_words([escape_markdown(each) for each in missing])}: "
            "`python benchmarks/real_handwriting.py --write` measures the models that ship, "
            "where the handwriting is at hand."
        )


def _rows_of(label: str, metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row per set of handwriting of one run; entries of another form are passed over."""
    rows = []
    entries = metrics.get("real_handwriting")
    for title, entry in entries.items() if isinstance(entries, dict) else ():
        if title == MNIST_TEST:
            continue
        try:
            rows.append(
                {
                    "run": label,
                    "set": str(title),
                    "accuracy": float(entry["accuracy"]),
                    "low": float(entry["interval"]["low"]),
                    "high": float(entry["interval"]["high"]),
                    "digits": int(entry["digits"]),
                }
            )
        except (KeyError, TypeError, ValueError):
            continue
    return rows


def _format_best(frame: pd.DataFrame) -> str:
    best = frame.loc[frame.groupby("set", sort=False)["accuracy"].idxmax()]
    return "; ".join(f"{row.set} best by {row.run}, {row.accuracy:.1%}" for row in best.itertuples())


def _show_refusals(choice: Choice) -> None:
    """Refusals and confident mistakes, on digits and on other drawings."""
    names = ("digits refused", "wrong and over 0.9 sure", "non-digits refused", "non-digits over 0.9 sure")
    found: list[tuple[str, ...]] = []
    for run in choice.runs:
        pens, others = run.metrics.get("pens"), run.metrics.get("not_digits")
        if isinstance(pens, dict) and isinstance(others, dict):
            shares = (
                pens.get("refused"),
                pens.get("confident_errors"),
                others.get("refused") if run.record.refuse_above is not None else None,
                others.get("confident_answers"),
            )
            found.append((run.label, *("–" if each is None else f"{100 * each:.1f} %" for each in shares)))
    if found:
        with st.expander("What they refuse, and where they are wrong and sure", icon=":material/table_rows:"):
            st.table(
                pd.DataFrame(found, columns=["model", *names]),
                border="horizontal",
                hide_index=True,
                alt="How often each model refuses digits and non-digits, and how often it is wrong and sure",
            )
