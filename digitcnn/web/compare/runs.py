"""The runs that a visitor chooses to compare, and why others cannot be."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from digitcnn.classes import DIGITS
from digitcnn.errors import RunFolderError
from digitcnn.lab.metrics.compared_runs import ComparedRun, RunRef, RunRefs, list_run_refs
from digitcnn.run_folder import SHIPPED, runs_root
from digitcnn.web.compare.figures import load
from digitcnn.web.models import Model
from digitcnn.web.text import escape_markdown

BASELINE, CHALLENGER = "simple", "deeper"
"""The runs compared until somebody chooses."""

MAX_CHALLENGERS = 5
"""More lines than this cannot be told apart in one chart."""

_BASELINE, _OTHERS = "baseline", "against"
"""Keys and query parameters: a reload and a link keep what is compared."""


@dataclass(frozen=True)
class Choice:
    """The runs that are compared, the baseline first, each loaded."""

    run_refs: tuple[RunRef, ...]
    runs: tuple[ComparedRun, ...]

    @property
    def labels(self) -> list[str]:
        return [run.label for run in self.runs]

    @property
    def reads_digits(self) -> bool:
        """Whether all of them read the ten digits."""
        return all(run.predictions.classes == DIGITS and run.record.ink for run in self.runs)

    @property
    def models(self) -> dict[str, Model]:
        """Those that have a model file, by label."""
        files = {each.label: each.folder.tflite_file for each in self.run_refs}
        return {
            label: Model(label, file.stat().st_mtime_ns, str(file.parent))
            for label, file in files.items()
            if file.is_file()
        }


def choose_runs() -> Choice | None:
    """The visitor's choice of runs; shows why and returns None where there is nothing to compare."""
    found = list_run_refs(SHIPPED, runs_root())
    if not found.ready:
        st.info("There is no trained model here yet: train one with `python -m digitcnn train simple`.")
        _show_left_out(found)
        return None
    by_label = {run_ref.label: run_ref for run_ref in found.ready}
    labels = list(by_label)
    first = BASELINE if BASELINE in by_label else labels[0]
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare-choice"):
        baseline = st.selectbox(
            "Baseline", labels, index=labels.index(first), key=_BASELINE, bind="query-params", width=240
        )
        tested_on = by_label[baseline].tested_on
        alike = [label for label in labels if by_label[label].tested_on == tested_on]
        rest = [label for label in alike if label != first]
        # Another test set offers other runs: a choice of these must not stay.
        chosen = st.multiselect(
            "Compared with",
            alike,
            default=[CHALLENGER] if CHALLENGER in rest else rest[:1],
            max_selections=MAX_CHALLENGERS,
            placeholder="Choose one or more runs",
            key=_OTHERS,
            bind="query-params",
        )
    _show_other_sets(found, tested_on)
    _show_left_out(found)
    return _load([by_label[label] for label in dict.fromkeys([baseline, *chosen])])


def choose(path: Path) -> None:
    """Compares the run in this folder with the usual baseline; for callbacks."""
    found = list_run_refs(SHIPPED, runs_root()).ready
    label = next((each.label for each in found if Path(each.path) == path), None)
    if label is None:
        return
    tested_on = next(each.tested_on for each in found if each.label == label)
    alike = [each.label for each in found if each.tested_on == tested_on]
    baseline = BASELINE if BASELINE in alike else next((other for other in alike if other != label), label)
    others = [label] if label != baseline else [CHALLENGER] if CHALLENGER in alike else []
    # Neither alone does: the address of a widget that is not shown does not follow the session.
    st.session_state[_BASELINE], st.session_state[_OTHERS] = baseline, others
    st.query_params[_BASELINE], st.query_params[_OTHERS] = baseline, others


def _show_other_sets(found: RunRefs, tested_on: str) -> None:
    """Says which runs are not offered because they were tested on other images."""
    others = [each for each in found.ready if each.tested_on != tested_on]
    if others:
        names = ", ".join(f"{each.label} ({each.tested_on})" for each in others[:4])
        more = ", …" if len(others) > 4 else ""
        st.caption(
            f"A run is compared with those of the same test set, here {escape_markdown(tested_on)}. "
            f"Tested on other images: {escape_markdown(names)}{more}."
        )


def _show_left_out(found: RunRefs) -> None:
    if found.unfinished:
        count = len(found.unfinished)
        names = ", ".join(found.unfinished[:4]) + (", …" if count > 4 else "")
        have = "run has" if count == 1 else "runs have"
        st.caption(f"{count} {have} no results to compare so far: {escape_markdown(names)}.")
    _warn(found.broken)


def _load(run_refs: Sequence[RunRef]) -> Choice | None:
    """The chosen runs without those whose files are broken, each with a warning."""
    loaded: list[tuple[RunRef, ComparedRun]] = []
    problems: list[str] = []
    for run_ref in run_refs:
        try:
            run = load(run_ref)
        except RunFolderError as error:
            problems.append(f"{run_ref.label} is left out: {error}")
            continue
        loaded.append((run_ref, run))
        problems += run.problems
    _warn(problems)
    if not loaded:
        st.info("None of these runs can be compared: choose others above.")
        return None
    return Choice(tuple(each for each, _ in loaded), tuple(run for _, run in loaded))


def _warn(sentences: Sequence[str]) -> None:
    if sentences:
        more = f"\n\nand {len(sentences) - 5} more." if len(sentences) > 5 else ""
        st.warning("\n\n".join(escape_markdown(sentence) for sentence in sentences[:5]) + more)
