"""The package stays easy to find one's way in: small rooms, short files, one name for one thing."""

import ast
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "digitcnn"
MODULES = sorted(PACKAGE.glob("**/*.py"))

MAX_MODULES = 22
MAX_LINES = 400

PRIVATE_WORDS = re.compile(
    r"\b_?(say_|look_|MOST_|LEAST_)|\b([Cc]hores?|tied|[Ss]ittings?|[Gg]limpses?|[Bb]eliefs?)\b"
)
"""Words of our own for what the field has a word for."""


def test_no_folder_holds_more_modules_than_one_overlooks():
    folders = Counter(path.parent for path in MODULES)
    assert {folder.name: count for folder, count in folders.items() if count > MAX_MODULES} == {}


def test_no_file_is_longer_than_one_reads_at_once():
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def test_a_class_name_stands_for_one_thing():
    homes: dict[str, list[str]] = defaultdict(list)
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(path.name)
    assert {name: files for name, files in homes.items() if len(files) > 1} == {}


def test_words_are_the_fields_own():
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in [*MODULES, *PACKAGE.glob("**/*.js")]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if PRIVATE_WORDS.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("part", ["ink", "recognition"])
def test_comments_say_why_where_the_geometry_is_hard(part: str):
    lines = [
        line
        for path in PACKAGE.glob(f"{part}/**/*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    comments = [line for line in lines if line.lstrip().startswith("#")]
    assert len(comments) >= 0.02 * len(lines)
