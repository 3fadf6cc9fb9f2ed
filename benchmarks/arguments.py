"""The command line of the benchmarks that measure shipped models."""

import argparse

from digitcnn.run_folder import SHIPPED, list_runs


def parse_arguments(description: str | None, *, write: str) -> argparse.Namespace:
    """Reads `[MODEL ...] [--write]`; all shipped models where none is named.

    Args:
        description: the script's docstring.
        write: what `--write` does.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("models", nargs="*", default=[folder.name for folder in list_runs(SHIPPED)])
    parser.add_argument("--write", action="store_true", help=write)
    return parser.parse_args()
