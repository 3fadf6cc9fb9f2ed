"""The argument parser of the commands."""

import argparse
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Subparsers = object


class AnyOrderParser(argparse.ArgumentParser):
    """Accepts options between positional arguments: `RUN --format h5 FILE`."""

    _intermixed = False

    def parse_known_args(  # pyright: ignore[reportIncompatibleMethodOverride]  # overloaded in typeshed
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        # A command with subcommands leaves the order of their arguments to them.
        if self._intermixed or self._subparsers is not None:
            return super().parse_known_args(args, namespace)
        # parse_known_intermixed_args calls this method twice: for the options, and for the rest.
        self._intermixed = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._intermixed = False


def add_command(
    commands: Subparsers,
    name: str,
    help: str,
    description: str,
    *,
    run: Callable[[argparse.Namespace], int] | None = None,
    examples: str = "",
) -> argparse.ArgumentParser:
    """Adds a command with its help and what runs it; `examples` holds one example per line."""
    epilog = "examples:\n" + "\n".join(f"  {line}" for line in examples.splitlines()) if examples else None
    parser = commands.add_parser(
        name,
        help=help,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser


def add_format(parser: argparse.ArgumentParser, *choices: str) -> None:
    """Adds --format; the first choice is the default."""
    parser.add_argument(
        "--format", choices=choices, default=choices[0], help="one of %(choices)s (default: %(default)s)"
    )
