"""The frame around every page: its title, the menu above and the line below."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

import streamlit as st
from streamlit.errors import StreamlitPageNotFoundError

from digitcnn.run_folder import APP


class Page(NamedTuple):
    """A page as the menu and the home page show it."""

    script: str
    label: str
    icon: str
    promise: str


PAGES = (
    Page("streamlit_app.py", "Home", ":material/home:", "What this is, and how well it reads"),
    Page("pages/draw.py", "Draw", ":material/draw:", "Draw a digit and watch the answer follow your pen"),
    Page("pages/upload.py", "Upload", ":material/photo_camera:", "Photograph a number, or drop your files"),
    Page("pages/model_lab.py", "Model Lab", ":material/science:", "Train CNNs and compare what they learn"),
    Page("pages/data.py", "Data", ":material/dataset:", "See what the models learn from"),
)
"""The menu, in order; a page whose script is missing is left out."""


def list_pages() -> list[Page]:
    """The pages whose scripts exist, in the menu's order."""
    return [page for page in PAGES if (APP / page.script).is_file()]


@contextmanager
def draw_frame(title: str | None = None, *, styles: Sequence[str] = ()) -> Iterator[None]:
    """Draws the frame around the page's content; every page calls it first.

    The line below comes last: on a page that is still empty it would stand at the top, and jump.

    Args:
        title: the page's own name for the browser tab; None on the home page.
        styles: names of the page's own style sheets, `styles/NAME.css` beside this module.
    """
    st.set_page_config(
        page_title=f"{title} · digitcnn" if title else "digitcnn · reads handwritten digits",
        page_icon=str(APP / "static" / "icon.svg"),
        initial_sidebar_state="collapsed",
    )
    for name in ("frame", *styles):
        st.html(Path(__file__).parent / "styles" / f"{name}.css")
    # The rules come after the first elements: until they give the frame its height, it shows nothing.
    with st.container(height=1, border=False, gap="medium", key="frame"):
        _draw_menu()
        with st.container(key="page"):
            yield
        st.space("small")
        st.caption(
            "digitcnn reads your handwriting on this server, keeps nothing of it, and is free software (MIT)."
        )


def link_to(page: Page, *, width: int | Literal["content", "stretch"] = "content") -> None:
    """A link to a page of the app; the label alone where a page was started by itself, without siblings."""
    try:
        st.page_link(page.script, label=page.label, icon=page.icon, width=width)
    except StreamlitPageNotFoundError:
        st.markdown(f"{page.icon} {page.label}", width=width)


def show_heading(title: str, question: str, *, anchor: str | Literal[False] = False) -> None:
    """A section's heading: the field's term, and below it the plain question that the section answers."""
    with st.container(gap=None):
        st.header(title, anchor=anchor)
        st.caption(question)


def zoom_css(width: int, *, container: str) -> str:
    """Rules that shrink a canvas of fixed size with its column.

    Args:
        width: of the canvas, in CSS pixels.
        container: key of its container, whose `container-type` is `inline-size`.
    """
    # CSS can't divide a length by a length: a rule for every ten pixels comes close enough.
    return "\n".join(
        f"@container (max-width: {narrower}px) "
        f"{{ .st-key-{container} > * {{ zoom: {(narrower - 10) / width:.3f}; }} }}"
        for narrower in range(width - 1, 240, -10)
    )


def _draw_menu() -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="menu"):
        for page in list_pages():
            # The label comes later than its place.
            link_to(page, width=50 + 7 * len(page.label))
