"""The command line: `python -m digitcnn COMMAND`, or `digitcnn COMMAND` where it is installed."""

import argparse
import io
import os
import sys
from collections.abc import Sequence

from digitcnn import __version__
from digitcnn.commands import adapt, data, export, measure, recognize, runs, serve, sweep, train
from digitcnn.commands.parsing import AnyOrderParser
from digitcnn.errors import DigitcnnError

_EPILOG = """\
exit codes:
  0    success
  1    user error; standard error says in a sentence what to change
  2    usage error; standard error shows the usage
  130  interrupted (Ctrl-C)
  141  the reader of the output has gone (as head does)

`digitcnn COMMAND --help` describes each command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Returns:
        The exit code: 0 success, 1 user error, 130 interrupted, 141 nobody reads the output any more.
        A usage error ends the process with 2.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # File names that are not text are escaped, as JSON does.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        status = options.run(options)
        sys.stdout.flush()
        return status
    except DigitcnnError as error:
        print(f"digitcnn: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Otherwise Python tries to write once more as it exits, and complains.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"digitcnn: {place}{error.strerror or error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="digitcnn",
        description="Reads handwritten digits; trains and compares the CNNs that do.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"digitcnn {__version__}")
    commands = parser.add_subparsers(
        required=True, metavar="COMMAND", title="commands", parser_class=AnyOrderParser
    )
    for command in (recognize, adapt, train, sweep, runs, measure, export, data, serve):
        command.add_to(commands)
    return parser
