"""What the commands' parsers share."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Subparsers = object


class AnyOrderParser(argparse.ArgumentParser):
    """Lets options stand between words without a name, too: `RUN --format h5 FILE`."""

    _apart = False

    def parse_known_args(  # pyright: ignore[reportIncompatibleMethodOverride]  # overloaded in typeshed
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        # What a part of a command takes is the part's own to put in order.
        if self._apart or self._subparsers is not None:
            return super().parse_known_args(args, namespace)
        # It calls this method in its turn, for the options and for the words.
        self._apart = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._apart = False


def add_command(
    commands: Subparsers, name: str, help: str, description: str, *, examples: str = ""
) -> argparse.ArgumentParser:
    """A command with its help; `examples` is a line per example."""
    epilog = "examples:\n" + "\n".join(f"  {line}" for line in examples.splitlines()) if examples else None
    return commands.add_parser(
        name,
        help=help,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
