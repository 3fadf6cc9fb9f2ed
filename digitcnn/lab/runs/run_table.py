"""Run tables: results, cost, recipe and machine of runs, as text."""

from dataclasses import dataclass
from typing import Any

from digitcnn.lab.metrics.compared_runs import ComparedRun
from digitcnn.lab.metrics.comparison import Row, rows_of
from digitcnn.lab.metrics.test_set import (
    Accuracy,
    Calibration,
    ClassificationReport,
    count_confusions,
    measure_accuracy,
    measure_calibration,
    measure_log_loss,
    report_classes,
)
from digitcnn.training.presets import PRESETS
from digitcnn.training.session.changes import Change

MISSING = "–"

COSTS_EXPLAINED = (
    "Points are percentage points of accuracy. The first cost least and the last most, so a small or hasty "
    "model leads in both ratios: weigh models of like accuracy by them, and by seconds only those that were "
    "trained on the same machine."
)
"""What the two ratios of `tabulate_costs` mean, and what they hide."""


@dataclass(frozen=True, eq=False)
class Analysis:
    """Every metric of a run's predictions.

    Attributes:
        accuracy, log_loss, report: by scikit-learn and SciPy.
        confusions: (classes, classes) int64, [true, predicted].
        calibration: of the probabilities as the model gives them.
        calibration_shown: of the same with the run's temperature, as pages show them.
    """

    accuracy: Accuracy
    log_loss: float
    report: ClassificationReport
    confusions: Any
    calibration: Calibration
    calibration_shown: Calibration


def analyse(run: ComparedRun) -> Analysis:
    """Computes every metric of a run from its predictions."""
    predictions = run.predictions
    return Analysis(
        accuracy=measure_accuracy(predictions),
        log_loss=measure_log_loss(predictions),
        report=report_classes(predictions),
        confusions=count_confusions(predictions),
        calibration=measure_calibration(predictions),
        calibration_shown=measure_calibration(predictions.tempered(run.record.temperature)),
    )


def tabulate_runs(
    runs: list[ComparedRun], analyses: list[Analysis], milliseconds: list[float | None]
) -> list[Row]:
    """A table of runs: a row per result or setting that says something, a value per run, in groups."""
    measured = list(zip(runs, analyses, milliseconds, strict=True))
    rows = [
        *rows_of("Results", [_results(run, analysis) for run, analysis, _ in measured]),
        *rows_of("Cost", [_cost(run, time) for run, _, time in measured]),
        *rows_of("Recipe", [_recipe(run) for run in runs]),
        *rows_of("Trained with", [_environment(run) for run in runs]),
    ]
    empty = {tuple(run.label for run in runs), (MISSING,) * len(runs)}
    return [row for row in rows if row.values not in empty]


def tabulate_costs(runs: list[ComparedRun]) -> list[Row]:
    """The accuracy of each run beside its parameters and seconds of training, and two ratios of them."""
    return rows_of("Cost", [_accuracy(run) | _weigh(run) for run in runs])


def find_key_figures(run: ComparedRun, milliseconds: float | None) -> dict[str, str]:
    """The four figures that decide between runs, known without an analysis."""
    cost = _cost(run, milliseconds)
    return {
        **_accuracy(run),
        **{name: cost[name] for name in ("Latency, one digit", "File size", "Training time")},
    }


def format_accuracy(accuracy: Accuracy) -> str:
    """A percentage with its interval: "99.17 % (98.97 – 99.33)"."""
    low, high = accuracy.interval.low, accuracy.interval.high
    return f"{accuracy.fraction * 100:.2f} % ({low * 100:.2f} – {high * 100:.2f})"


def format_duration(seconds: float) -> str:
    """A duration in its two largest units: "52 s", "8 min 42 s", "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def format_change(change: Change) -> str:
    """A change of a training as it went on: "learning rate 0.001 → 0.0005 at epoch 1.5"."""
    paused = f"paused for {format_duration(change.paused)}"
    rates = f"learning rate {change.old_rate:g} → {change.new_rate:g}"
    return f"{paused if change.paused else rates} at epoch {change.epoch:.4g}"


def format_value(value: object) -> str:
    """A setting or figure as people write it: "–", "yes", "60,000", "0.001"."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _results(run: ComparedRun, analysis: Analysis) -> dict[str, str]:
    preset = PRESETS.get(run.record.preset)
    validation = [row["val_accuracy"] for row in run.history if "val_accuracy" in row]
    return {
        "Test accuracy, 95 % interval": format_accuracy(analysis.accuracy),
        "What it claims": preset.claim if preset else MISSING,
        "Read wrong": f"{analysis.accuracy.wrong:,} of {analysis.accuracy.images:,}",
        "F1, mean of the digits": f"{analysis.report.macro.f1:.4f}",
        "Log loss": f"{analysis.log_loss:.4f}",
        "Calibration error": f"{analysis.calibration.error:.4f}",
        "Calibration error as shown": f"{analysis.calibration_shown.error:.4f}",
        "Best validation accuracy": f"{max(validation) * 100:.2f} %" if validation else MISSING,
    }


def _accuracy(run: ComparedRun) -> dict[str, str]:
    return {"Test accuracy": f"{run.predictions.right.mean() * 100:.2f} %"}


def _weigh(run: ComparedRun) -> dict[str, str]:
    points, record = 100 * float(run.predictions.right.mean()), run.record
    return {
        "Parameters": f"{record.parameters:,}",
        "Accuracy per 1,000 parameters": _format_points(points, record.parameters / 1000),
        "Training time": format_duration(record.seconds),
        "Accuracy per second of training": _format_points(points, record.seconds),
    }


def _format_points(points: float, cost: float) -> str:
    if not cost:
        return MISSING
    ratio = points / cost
    return f"{ratio:{',.0f' if ratio >= 10 else '.1f' if ratio >= 1 else '.2g'}} points"


def _cost(run: ComparedRun, milliseconds: float | None) -> dict[str, str]:
    return {
        **_weigh(run),
        "File size": f"{run.size / 1e6:.2f} MB" if run.size else MISSING,
        "Latency, one digit": f"{milliseconds:.2f} ms" if milliseconds else MISSING,
        "Epochs trained": str(len(run.history)) if run.history else MISSING,
    }


def _recipe(run: ComparedRun) -> dict[str, str]:
    record = run.record
    settings = {_sentence(name): format_value(value) for name, value in record.settings.items()}
    if "images" in record.settings:
        settings["Images"] = format_value(record.settings["images"] or "all")
    trained_on = _named(record.dataset, "train")
    changes = ", ".join(map(format_change, run.changes))
    return {
        "Preset": record.preset,
        "Trained on": trained_on,
        "Tested on": _named(record.dataset, "test"),
        **settings,
        "While it trained": changes or MISSING,
        "Seed": str(record.seed),
        "Temperature": f"{record.temperature:g}",
        "Refuses above": MISSING if record.refuse_above is None else f"{record.refuse_above:g}",
    }


def _environment(run: ComparedRun) -> dict[str, str]:
    # Two wheels of the same library.
    versions = {name.removesuffix("-cpu"): each for name, each in sorted(run.record.versions.items())}
    machine = {_sentence(name): format_value(value) for name, value in run.record.machine.items()}
    return {**versions, **machine, "Finished": (run.record.finished or MISSING)[:16].replace("T", " ")}


def _named(dataset: dict[str, Any], part: str) -> str:
    entry = dataset.get(part)
    if not isinstance(entry, dict):
        return MISSING
    return f"{entry.get('name', MISSING)}, {format_value(entry.get('images'))} images"


def _sentence(name: str) -> str:
    return name.replace("_", " ").capitalize()
