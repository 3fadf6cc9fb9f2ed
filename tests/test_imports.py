"""Imports point one way, and nothing but training loads TensorFlow."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LEAVES = {
    "classes",
    "confidence",
    "file_cache",
    "kept_features",
    "time_budget",
    "errors",
    "run_folder",
    "run_state",
}
"""Modules of `digitcnn` that every part may use."""

MAY_IMPORT = {
    "classes": set(),
    "confidence": set(),
    "time_budget": {"errors"},
    "errors": set(),
    "file_cache": set(),
    "kept_features": {"errors"},
    "run_state": {"run_folder"},
    "run_folder": {"classes", "errors"},
    "ink": LEAVES,
    "recognition": LEAVES | {"ink"},
    "browser": {"classes", "errors", "run_folder"},
    "training": LEAVES | {"ink"},
    "lab": LEAVES | {"ink", "recognition", "training"},
    "cluster": LEAVES | {"recognition", "lab", "digitcnn"},
    "api": LEAVES | {"ink", "recognition", "lab", "digitcnn"},
    "web": LEAVES | {"ink", "recognition", "lab", "browser", "digitcnn"},
    "pages": LEAVES | {"ink", "recognition", "lab", "web", "digitcnn"},
    "digitcnn": {"recognition"},
    "commands": LEAVES | {"ink", "recognition", "training", "lab", "api", "browser", "cluster"},
    "cli": LEAVES | {"commands", "digitcnn"},
    "__main__": {"cli"},
}
"""What each part may import besides itself; pages may not import each other."""

ONLY_IN = {
    "tensorflow": {"training"},
    "keras": {"training"},
    "ray": {"cluster"},
    "streamlit": {"web", "pages", "api"},
    "streamlit_drawable_canvas": {"web", "pages"},
}
"""Libraries that only some parts may import."""

HEAVY = {"tensorflow", "keras"}


@dataclass(frozen=True)
class Import:
    """One imported name, and whether importing the module already runs it."""

    target: str
    line: int
    at_once: bool


def find_violations(sources: dict[str, str]) -> list[str]:
    """The imports that break the rules, as sentences; `sources` holds the text of each module by name."""
    imports = {module: list(_imports(module, text, set(sources))) for module, text in sources.items()}
    heavy = _loading_heavy(imports)
    found = []
    for module, its_imports in imports.items():
        part = _part(module)
        for one in its_imports:
            library = one.target.split(".")[0]
            ours = _part(one.target) if one.target in sources else None
            if library in ONLY_IN and part not in ONLY_IN[library]:
                found.append(
                    f"{module}:{one.line} imports {one.target}, which is only for {ONLY_IN[library]}"
                )
            elif ours == "pages" or (ours and ours != part and ours not in MAY_IMPORT[part]):
                found.append(f"{module}:{one.line} imports {one.target}, which points the wrong way")
            elif part != "training" and one.target in heavy and (part == "lab" or one.at_once):
                found.append(f"{module}:{one.line} imports {one.target}, which loads TensorFlow")
    return found


def _imports(module: str, text: str, modules: set[str]) -> Iterator[Import]:
    tree = ast.parse(text)
    at_once = {id(node) for node in _run_on_import(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield Import(name.name, node.lineno, id(node) in at_once)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(module.split(".")[: -node.level]) if node.level else ""
            source = ".".join(filter(None, [base, node.module]))
            for name in node.names:
                full = f"{source}.{name.name}"
                yield Import(full if full in modules else source, node.lineno, id(node) in at_once)


def _run_on_import(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        lazy = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if not lazy and not (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)):
            yield child
            yield from _run_on_import(child)


def _loading_heavy(imports: dict[str, list[Import]]) -> set[str]:
    """The modules whose import loads TensorFlow or Keras, by themselves or through others."""
    heavy: set[str] = set()
    while more := {
        module
        for module, its_imports in imports.items()
        if module not in heavy
        and any(
            one.at_once and (one.target.split(".")[0] in HEAVY or one.target in heavy) for one in its_imports
        )
    }:
        heavy |= more
    return heavy


def _part(module: str) -> str:
    names = module.split(".")
    if names[0] in ("pages", "streamlit_app"):
        return "pages"
    return names[1] if len(names) > 1 else names[0]


def _project_sources() -> dict[str, str]:
    paths = [*ROOT.glob("digitcnn/**/*.py"), *ROOT.glob("pages/*.py"), *ROOT.glob("streamlit_app.py")]
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths}
    return {name.removesuffix(".__init__"): path.read_text(encoding="utf-8") for path, name in names.items()}


def _loaded_by(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def test_imports_point_one_way():
    assert find_violations(_project_sources()) == []


def find_circles(sources: dict[str, str]) -> list[set[str]]:
    """Modules that import each other in a circle, those imports counted that run late or only for types."""
    sorter = TopologicalSorter(
        {
            module: {one.target for one in _imports(module, text, set(sources))} & set(sources) - {module}
            for module, text in sources.items()
        }
    )
    try:
        sorter.prepare()
    except CycleError as error:
        return [set(error.args[1])]
    return []


def test_no_modules_import_each_other_in_a_circle():
    assert find_circles(_project_sources()) == []


@pytest.mark.parametrize(
    "text",
    [
        "from digitcnn.ink.other import name",
        "def late():\n    import digitcnn.ink.other",
        "if TYPE_CHECKING:\n    from digitcnn.ink.other import name",
        "from digitcnn.ink import other",
    ],
)
def test_a_circle_is_found(text: str):
    sources = {"digitcnn.ink.other": "import digitcnn.ink.made", "digitcnn.ink.made": ""}
    assert find_circles(sources) == []
    assert find_circles(sources | {"digitcnn.ink.made": text}) == [
        {"digitcnn.ink.other", "digitcnn.ink.made"}
    ]


def test_every_part_has_a_rule():
    assert {_part(module) for module in _project_sources()} <= set(MAY_IMPORT)


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("digitcnn.ink.made", "from digitcnn.recognition.reader import DigitReader"),
        ("digitcnn.ink.made", "from ..recognition import reader"),
        ("digitcnn.recognition.made", "import digitcnn.training.fit"),
        ("digitcnn.recognition.made", "def load():\n    import keras"),
        ("digitcnn.lab.made", "import streamlit as st"),
        ("digitcnn.lab.made", "from digitcnn.training.fit import train"),
        ("digitcnn.lab.made", "def start():\n    from digitcnn.training import fit"),
        ("digitcnn.lab.made", "from digitcnn.training import around_fit"),
        ("digitcnn.web.made", "from tensorflow.keras import layers"),
        ("digitcnn.web.made", "import pages.draw"),
        ("digitcnn.errors", "from digitcnn.run_folder import RunFolder"),
        ("digitcnn.commands.train", "from digitcnn.training.fit import train"),
        ("digitcnn.cli", "from digitcnn.recognition.reader import DigitReader"),
        ("pages.upload", "from pages import draw"),
        ("pages.upload", "from digitcnn.training.presets import PRESETS"),
    ],
)
def test_a_wrong_import_is_found(module: str, text: str):
    sources = {
        "digitcnn.recognition.reader": "",
        "digitcnn.run_folder": "",
        "digitcnn.training.presets": "",
        "digitcnn.training.fit": "import keras",
        "digitcnn.training.around_fit": "from digitcnn.training.fit import train",
        "pages.draw": "import streamlit",
    }
    assert find_violations(sources) == []
    assert len(find_violations(sources | {module: text})) == 1


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("digitcnn.lab.made", "from digitcnn.training.presets import PRESETS"),
        ("digitcnn.commands.train", "def train():\n    from digitcnn.training.fit import train"),
        ("digitcnn.training.made", "def download():\n    import keras"),
        ("pages.upload", "import streamlit as st\nfrom digitcnn.ink.strokes import Box"),
    ],
)
def test_a_right_import_is_let_through(module: str, text: str):
    sources = {
        "digitcnn.ink.strokes": "",
        "digitcnn.training.presets": "",
        "digitcnn.training.fit": "import keras",
    }
    assert find_violations(sources | {module: text}) == []


@pytest.mark.parametrize(
    "statement",
    [
        "import digitcnn",
        "from digitcnn import DigitReader",
        "import digitcnn.cli",
        "import digitcnn.training.presets",
    ],
)
def test_tensorflow_stays_out_of(statement: str):
    done = _loaded_by(f"import sys\n{statement}\nprint(sorted({HEAVY!r} & set(sys.modules)))")
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def test_opening_each_page_leaves_tensorflow_out():
    pages = [ROOT / "streamlit_app.py", *sorted(ROOT.glob("pages/*.py"))]
    done = _loaded_by(
        f"""
import sys
from streamlit.testing.v1 import AppTest

for page in {[str(page) for page in pages]!r}:
    app = AppTest.from_file(page, default_timeout=60).run()
    assert not app.exception, (page, app.exception)
    loaded = sorted({HEAVY!r} & set(sys.modules))
    assert not loaded, f"{{page}} loads {{loaded}}"
print("all", {len(pages)})
"""
    )
    assert done.stdout.strip() == f"all {len(pages)}", done.stderr


def test_opening_draw_or_upload_leaves_out_what_only_the_lab_needs():
    pages = [str(ROOT / "pages" / name) for name in ("draw.py", "upload.py")]
    done = _loaded_by(
        f"""
import sys
from streamlit.testing.v1 import AppTest

for page in {pages!r}:
    app = AppTest.from_file(page, default_timeout=60).run()
    assert not app.exception, (page, app.exception)
print(sorted({{"scipy", "sklearn", "altair"}} & set(sys.modules)))
"""
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_every_library_that_is_imported_stands_in_the_requirements():
    files = ("requirements.txt", "requirements-ray.txt")
    required = "\n".join((ROOT / file).read_text(encoding="utf-8") for file in files)
    named = {
        line.split()[0]
        for line in re.sub(r"[=<>!;\[].*", "", required, flags=re.MULTILINE).splitlines()
        if line
    }
    distributions = packages_distributions()
    missing = [
        f"{module}:{one.line} imports {one.target}"
        for module, text in _project_sources().items()
        for one in _imports(module, text, set())
        if (library := one.target.split(".")[0]) not in {*sys.stdlib_module_names, "digitcnn", ""}
        and not named & {name.replace("_", "-").lower() for name in distributions.get(library, [library])}
    ]
    assert missing == []
