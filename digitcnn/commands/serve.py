"""`digitcnn serve`: the app and the HTTP API on one port."""

import argparse
import re

from digitcnn.commands.parsing import Subparsers, add_command

_DESCRIPTION = """\
Serves the app, and the HTTP API beside it: POST /api/recognize, GET /api/models, GET /api/health, and
its documentation under /api/docs."""


def add_to(commands: Subparsers) -> None:
    """Describes the command."""
    parser = add_command(
        commands,
        "serve",
        "serve the app and its HTTP API",
        _DESCRIPTION,
        run=_serve,
        examples="digitcnn serve --port 8501\ndigitcnn serve --base-path digits",
    )
    parser.add_argument(
        "--port", type=_as_port, default=8501, metavar="N", help="port to listen on (default: 8501)"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on; 0.0.0.0 for all (default: 127.0.0.1)"
    )
    parser.add_argument(
        "--base-path",
        type=_as_path,
        default="",
        metavar="PATH",
        help="path of the app behind a reverse proxy, such as digits (default: its root)",
    )


def _as_port(word: str) -> int:
    port = int(word) if word.isdecimal() else -1
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"expected a number from 1 to 65535, received {word!r}")
    return port


def _as_path(word: str) -> str:
    path = word.strip("/")
    if not re.fullmatch(r"([\w-]+(/[\w-]+)*)?", path, flags=re.ASCII):
        raise argparse.ArgumentTypeError(
            f"expected letters, digits, hyphens and underscores between slashes, received {word!r}"
        )
    return path


def _serve(options: argparse.Namespace) -> int:
    from digitcnn.api.serve import serve

    serve(host=options.host, port=options.port, base_path=options.base_path)
    return 0
