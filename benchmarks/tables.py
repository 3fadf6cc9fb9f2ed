"""Tables in Markdown, and their places in README."""

from collections.abc import Sequence
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with its first column aligned left and the others right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def insert(name: str, text: str) -> None:
    """Replaces the text between README's marks of that name."""
    start, end = f"<!-- table: {name} -->", "<!-- /table -->"
    before, mark, rest = README.read_text(encoding="utf-8").partition(start)
    if not mark:
        raise SystemExit(f"README.md has no line {start}: add it where the table belongs.")
    _, _, after = rest.partition(end)
    README.write_text(f"{before}{start}\n{text}\n{end}{after}", encoding="utf-8")
