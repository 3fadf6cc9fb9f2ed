"""The command line: `python -m digitcnn COMMAND`, or `digitcnn COMMAND` where it is installed."""

import argparse
import io
import os
import sys
from collections.abc import Sequence

from digitcnn import __version__
from digitcnn.commands import data, export, measure, recognize, runs, serve, sweep, train
from digitcnn.commands.parsing import AnyOrderParser
from digitcnn.errors import DigitcnnError

_EPILOG = """\
exit status:
  0    done
  1    something that you can mend went wrong; standard error says what, in a sentence
  2    the command is not written as it must be; standard error says how
  130  stopped before the end (Ctrl-C)
  141  whoever read the output has gone (as head does)

`digitcnn COMMAND --help` says more of each."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Returns:
        The exit status: 0 done, 1 something that the user can mend, 130 stopped before the end, 141
        nobody reads the output any more. Words that are no command end the process with 2.
    """
    _write_any_name()
    options = _parser().parse_args(arguments)
    try:
        status = options.run(options)
        sys.stdout.flush()
        return status
    except DigitcnnError as error:
        print(f"digitcnn: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Python would try once more to write, and complain, when it ends.
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
    for command in (recognize, train, sweep, runs, measure, export, data, serve):
        command.add_to(commands)
    return parser


def _write_any_name() -> None:
    """Lets file names of any bytes be written: those that are no text come out as JSON escapes them."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
