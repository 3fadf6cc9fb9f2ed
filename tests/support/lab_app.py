"""The Model Lab's page, and others, without a browser."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

PROJECT = Path(__file__).resolve().parents[2]


def open_lab(part: str = "Train", **parameters: str) -> AppTest:
    """Opens one of its parts, with further parameters in the address."""
    return open_page("model_lab", **({"tab": part} | parameters))


def open_page(page: str, **parameters: str) -> AppTest:
    """Opens a page by the name of its file, with parameters in the address."""
    app = AppTest.from_file(str(PROJECT / "pages" / f"{page}.py"), default_timeout=120)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception, app.exception
    return app


def models_on(draw: AppTest) -> list[str]:
    """The models that Draw offers."""
    (control,) = [each for each in (*draw.selectbox, *draw.button_group) if each.label == "Model"]
    return list(control.options)


def words(app: AppTest) -> str:
    """The page's text, without titles."""
    return " ".join(
        str(element.value)
        for kind in (app.markdown, app.caption, app.warning, app.error, app.info)
        for element in kind
    )
