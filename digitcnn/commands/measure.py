"""`digitcnn evaluate` and `digitcnn compare`: measures runs, and tells which is better."""

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digitcnn.classes import DIGITS
from digitcnn.commands.parsing import Subparsers, add_command, add_format
from digitcnn.commands.runs import find_any_run
from digitcnn.commands.terminal import align
from digitcnn.errors import DatasetError
from digitcnn.run_folder import SHIPPED, runs_root

if TYPE_CHECKING:
    from digitcnn.lab.metrics.compared_runs import ComparedRun
    from digitcnn.lab.metrics.comparison import Pairing
    from digitcnn.lab.runs.run_table import Analysis

_EVALUATE = """\
Measures a run on its test images: accuracy with its 95 % interval, log loss, calibration, precision and
recall of every digit, and the confusion matrix, all from the run's recorded answers."""

_COMPARE = """\
Compares runs that were tested on the same images, image by image: which is better, and whether that is
more than luck (McNemar's mid-p test). The first run is the baseline."""


def add_to(commands: Subparsers) -> None:
    """Describes both commands."""
    evaluating = add_command(
        commands,
        "evaluate",
        "measure a run on its test images",
        _EVALUATE,
        run=_evaluate,
        examples="digitcnn evaluate simple\ndigitcnn evaluate reader --again --html reader.html",
    )
    evaluating.add_argument("run_name", metavar="RUN", help="name of a run, or path of its folder")
    evaluating.add_argument(
        "--again",
        action="store_true",
        help="ask the model again instead; needs its data set (digitcnn data fetch mnist, say)",
    )
    _add_outputs(evaluating)
    comparing = add_command(
        commands,
        "compare",
        "which of two runs is better, and whether that is luck",
        _COMPARE,
        run=_compare,
        examples="digitcnn compare simple deeper\ndigitcnn compare simple deeper reader --html report.html",
    )
    comparing.add_argument("baseline", metavar="A", help="name of a run, or path of its folder")
    comparing.add_argument("others", metavar="B", nargs="+", help="one or more runs to compare with it")
    comparing.add_argument("--all", action="store_true", help="also show figures and settings that are equal")
    _add_outputs(comparing)


def _add_outputs(parser: argparse.ArgumentParser) -> None:
    add_format(parser, "text", "json")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write a report, one HTML file")


def _evaluate(options: argparse.Namespace) -> int:
    from digitcnn.lab.runs.run_table import analyse

    run = _load_run(options.run_name)
    if options.again:
        run = _answer_again(run, options.run_name)
    analysis = analyse(run)
    if options.html:
        _write_report(options.html, [run], [analysis], [])
    if options.format == "json":
        print(json.dumps(_as_json(run, analysis)))
        return 0
    print(_format_results(run, analysis))
    return 0


def _load_run(name_or_path: str) -> "ComparedRun":
    """A run with answers on its test images, by name or by the path of its folder.

    Raises:
        ModelNotFoundError: there is no such run.
        RunFolderError: it has no answers, or its files are broken.
    """
    from digitcnn.lab.metrics.compared_runs import list_run_refs, load_run, run_ref_of

    run_refs = {run_ref.label: run_ref for run_ref in list_run_refs(SHIPPED, runs_root()).ready}
    return load_run(run_refs.get(name_or_path) or run_ref_of(find_any_run(name_or_path).folder))


def _answer_again(run: "ComparedRun", name: str) -> "ComparedRun":
    """The run with answers that its model gives now."""
    from digitcnn.lab.datasets.sources import load_test_images
    from digitcnn.lab.metrics.test_set import Predictions
    from digitcnn.recognition.reader import DigitReader
    from digitcnn.training.collection.registry import find_dataset, how_to_get

    dataset = find_dataset(str(run.record.settings.get("data", "mnist")))
    test = load_test_images(dataset.name)
    if test is None:
        raise DatasetError(f"{dataset.title} is not on this machine: {how_to_get(dataset)}.")
    if test.classes != run.record.classes:
        raise DatasetError(f"{dataset.title} has changed since {run.label} was trained: train it again.")
    answers = DigitReader(name).classify(test.images / 255.0)
    return replace(run, predictions=Predictions(answers, test.labels, test.classes))


def _format_results(run: "ComparedRun", analysis: "Analysis") -> str:
    from digitcnn.lab.runs.run_table import format_accuracy

    rows = [
        ("run", run.label),
        ("test accuracy, 95 % interval", format_accuracy(analysis.accuracy)),
        ("read wrong", f"{analysis.accuracy.wrong:,} of {analysis.accuracy.images:,}"),
        ("log loss", f"{analysis.log_loss:.4f}"),
        ("calibration error", f"{analysis.calibration.error:.4f}"),
        ("calibration error as shown", f"{analysis.calibration_shown.error:.4f}"),
    ]
    classes = run.predictions.classes
    rows_of_matrix = zip(classes, analysis.confusions.tolist(), strict=True)
    matrix = [[name, *map(str, row)] for name, row in rows_of_matrix]
    return "\n\n".join(
        [
            align(rows),
            analysis.report.text.rstrip(),
            f"confusion matrix: true {_noun(run)} in rows, answer in columns",
            align([["", *classes], *matrix], right=range(1 + len(classes))),
        ]
    )


def _noun(run: "ComparedRun") -> str:
    return "digit" if run.predictions.classes == DIGITS else "class"


def _as_json(run: "ComparedRun", analysis: "Analysis") -> dict[str, Any]:
    return {
        "run": run.label,
        "classes": list(run.predictions.classes),
        "images": analysis.accuracy.images,
        "accuracy": analysis.accuracy.fraction,
        "interval": [analysis.accuracy.interval.low, analysis.accuracy.interval.high],
        "log_loss": analysis.log_loss,
        "calibration_error": analysis.calibration.error,
        "calibration_error_shown": analysis.calibration_shown.error,
        "macro_f1": analysis.report.macro.f1,
        "parameters": run.record.parameters,
        "training_seconds": run.record.seconds,
        "digits": [asdict(row) for row in analysis.report.digits],
        "confusions": analysis.confusions.tolist(),
    }


def _compare(options: argparse.Namespace) -> int:
    from digitcnn.lab.metrics.comparison import format_verdict, pair
    from digitcnn.lab.runs.run_table import analyse, tabulate_runs

    runs = [_load_run(name) for name in (options.baseline, *options.others)]
    analyses = [analyse(run) for run in runs]
    pairings = [pair(runs[0].predictions, run.predictions) for run in runs[1:]]
    if options.html:
        _write_report(options.html, runs, analyses, pairings)
    if options.format == "json":
        print(json.dumps(_comparison_as_json(runs, analyses, pairings)))
        return 0
    for run, pairing in zip(runs[1:], pairings, strict=True):
        print(format_verdict(runs[0].label, run.label, pairing))
    print()
    facts = tabulate_runs(runs, analyses, [None] * len(runs))
    shown = [(row.name, *row.values) for row in facts if row.differs or options.all]
    print(align([("", *(run.label for run in runs)), *shown]))
    return 0


def _comparison_as_json(
    runs: "list[ComparedRun]", analyses: "list[Analysis]", pairings: "list[Pairing]"
) -> dict[str, Any]:
    return {
        "baseline": _as_json(runs[0], analyses[0]),
        "others": [
            {
                **_as_json(run, analysis),
                "both_right": pairing.both,
                "only_baseline_right": len(pairing.only_baseline),
                "only_this_right": len(pairing.only_challenger),
                "neither_right": pairing.neither,
                "p_value": pairing.p_value,
                "significant": pairing.is_significant,
            }
            for run, analysis, pairing in zip(runs[1:], analyses[1:], pairings, strict=True)
        ],
    }


def _write_report(
    path: Path, runs: "list[ComparedRun]", analyses: "list[Analysis]", pairings: "list[Pairing]"
) -> None:
    from digitcnn.lab.report.html import write_report

    path.write_text(write_report(runs, analyses, pairings), encoding="utf-8")
