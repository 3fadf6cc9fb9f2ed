"""One server for the app and the API: what `python -m digitcnn serve` starts."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from digitcnn.run_folder import APP

if TYPE_CHECKING:
    import streamlit as st

SCRIPT = APP / "streamlit_app.py"


def create_server(base_path: str = "") -> st.App:
    """The app's pages at `/`, the API under `/api`; an ASGI application.

    Args:
        base_path: as for `serve`.
    """
    import streamlit as st
    from fastapi.routing import Mount

    from digitcnn.api.app import create_api

    path = f"/{base_path}/api" if base_path else "/api"
    return st.App(SCRIPT, routes=[Mount(path, app=create_api())])


def serve(host: str = "127.0.0.1", port: int = 8501, base_path: str = "") -> None:
    """Serves until it is stopped.

    Args:
        host: the address to listen at; "0.0.0.0" is every address of this machine.
        port: where to listen.
        base_path: the path at which a reverse proxy serves the app and the API, such as "digits"; "" is none.

    Raises:
        SystemExit: the port is taken.
    """
    server = create_server(base_path)
    # Streamlit looks for .streamlit/config.toml beside the script named in sys.argv.
    sys.argv = [str(SCRIPT)]
    # `streamlit run` takes these from STREAMLIT_* variables; a server of our own does not.
    server.run(
        config={
            "server.address": host,
            "server.port": port,
            "server.baseUrlPath": base_path,
            "server.headless": True,
        }
    )
