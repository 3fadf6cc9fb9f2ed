"""How the Model Lab says states, durations and sizes."""

from digitcnn.lab.runs.catalog import Run, State

BADGES: dict[State, tuple[str, str]] = {
    "queued": ("waits", "gray"),
    "running": ("training", "blue"),
    "finished": ("finished", "green"),
    "stopped": ("stopped", "orange"),
    "interrupted": ("interrupted", "orange"),
    "failed": ("failed", "red"),
    "broken": ("broken", "red"),
}
"""A word and a color for every state of a run."""

_MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]()<>#+-.!|~:$"})


def format_state(run: Run) -> str:
    """The state of a run, as a badge in Markdown."""
    word, color = BADGES[run.state]
    return f":{color}-badge[{word}]"


def format_duration(seconds: float) -> str:
    """Seconds as people say them: "40 s", "3 min", "1 h 20 min"."""
    if seconds < 90:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def format_size(size: float) -> str:
    """Bytes as people say them."""
    return (
        f"{size / 1e9:.1f} GB"
        if size >= 1e9
        else f"{size / 1e6:.0f} MB"
        if size >= 1e7
        else f"{size / 1e6:.1f} MB"
    )


def format_accuracy(fraction: float | None) -> str:
    """A measured accuracy, a fraction 0-1; a dash where there is none."""
    return "–" if fraction is None else f"{fraction:.2%}".replace("%", " %")


def as_markdown(text: str) -> str:
    """Text from a file, shown as it is whatever it holds."""
    return text.translate(_MARKDOWN)
