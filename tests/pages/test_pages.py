"""Every page opened first and alone, on a server that has shown no other."""

import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

PROJECT = Path(__file__).resolve().parents[2]
HOME = PROJECT / "streamlit_app.py"
PAGES = sorted((PROJECT / "pages").glob("*.py"))

OPEN_ALONE = """
import sys
from streamlit.testing.v1 import AppTest

page = AppTest.from_file(sys.argv[1], default_timeout=60).run()
assert not page.exception, page.exception
assert page.title, "the page has no title"
heavy = {"tensorflow", "keras"} & set(sys.modules)
assert not heavy, f"opening the page imported {heavy}"
"""


@pytest.mark.parametrize("script", [HOME, *PAGES], ids=lambda script: script.stem)
def test_page_opens_alone_without_tensorflow(script: Path):
    command = [sys.executable, "-W", "ignore", "-c", OPEN_ALONE, str(script)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("script", PAGES, ids=lambda script: script.stem)
def test_page_opens_from_the_home_page(script: Path):
    app = AppTest.from_file(str(HOME), default_timeout=60).run()
    assert not app.exception
    app.switch_page(str(script)).run()
    assert not app.exception


def test_blank_draw_page_shows_no_answer_and_offers_nothing_to_undo():
    page = AppTest.from_file(str(PROJECT / "pages" / "draw.py"), default_timeout=60).run()
    assert page.button(key="draw.undo").disabled
    assert page.button(key="draw.clear").disabled
    assert all(metric.value == "–" for metric in page.metric)
