"""One server for the app and the API: what `python -m digitcnn serve` starts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from digitcnn.run_folder import APP

if TYPE_CHECKING:
    import streamlit as st

SCRIPT = APP / "streamlit_app.py"


def create_server() -> st.App:
    """The app's pages at `/`, the API under `/api`; an ASGI application."""
    import streamlit as st
    from fastapi.routing import Mount

    from digitcnn.api.app import create_api

    return st.App(SCRIPT, routes=[Mount("/api", app=create_api())])


def serve(host: str = "127.0.0.1", port: int = 8501) -> None:
    """Serves until it is stopped.

    Args:
        host: the address to listen at; "0.0.0.0" is every one of this machine's.
        port: where to listen.

    Raises:
        SystemExit: the port is taken.
    """
    server = create_server()
    # Streamlit looks for .streamlit/config.toml beside the script that this names.
    sys.argv = [str(SCRIPT)]
    server.run(config={"server.address": host, "server.port": port, "server.headless": True})
