"""The Model Lab's page without a browser."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

PROJECT = Path(__file__).resolve().parents[2]


def open_lab(part: str = "Train", **parameters: str) -> AppTest:
    """Opens one of its parts, with further parameters in the address."""
    app = AppTest.from_file(str(PROJECT / "pages" / "model_lab.py"), default_timeout=120)
    for name, value in ({"tab": part} | parameters).items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception
    return app


def words(app: AppTest) -> str:
    """The page's text, without titles."""
    return " ".join(
        str(element.value)
        for kind in (app.markdown, app.caption, app.warning, app.error, app.info)
        for element in kind
    )
