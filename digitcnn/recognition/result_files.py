"""Results of many pictures on disk, as JSON lines or Parquet: reading goes on where it was cut off."""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from digitcnn.errors import InputError
from digitcnn.recognition.results import FileResult, record_of
from digitcnn.run_folder import RunFolder, write_json

ROWS_PER_PART = 5_000
"""Of a Parquet file: what a killed reading loses at most."""


def line_of(result: FileResult) -> bytes:
    """A result as a line of JSON in UTF-8, with its newline; file names that are no text are escaped."""
    text = json.dumps(record_of(result), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def describe_reading(folder: RunFolder, expect: str) -> dict[str, str]:
    """What results depend on beside the pictures, to tell one reading from another."""
    digest = hashlib.sha256(folder.tflite_file.read_bytes() + folder.run_json.read_bytes())
    return {"model": folder.name, "digest": digest.hexdigest()[:16], "expect": expect}


class JsonLines:
    """A file of JSON lines that grows; what a killed process left half is cut off."""

    def __init__(self, path: Path, about: dict[str, str]):
        """Opens it, new or to go on with.

        Raises:
            InputError: it holds something else, or the results of another model.
        """
        _check_about(path.with_name(f"{path.name}.about.json"), about, path, new=not path.exists())
        self._seen: set[str] = set()
        self.failed = 0
        whole = 0
        path.touch()
        with path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                self._note(_parse(line, path))
                whole += len(line)
        self._file = path.open("ab")
        self._file.truncate(whole)

    def holds(self, path: str) -> bool:
        """Whether there is a result of this file."""
        return _key(path) in self._seen

    def add(self, lines: Sequence[bytes]) -> list[dict[str, Any]]:
        """Writes results, each as `line_of` gives it; their records."""
        self._file.write(b"".join(lines))
        self._file.flush()
        records = [json.loads(line) for line in lines]
        for record in records:
            self._note(record)
        return records

    def close(self) -> None:
        self._file.close()

    def _note(self, record: dict[str, Any]) -> None:
        self._seen.add(_key(record["path"]))
        self.failed += record["error"] is not None


class Parquet:
    """A folder of Parquet files, `ROWS_PER_PART` results in each, that grows."""

    def __init__(self, path: Path, about: dict[str, str]):
        """Opens it, new or to go on with.

        Raises:
            InputError: it holds something else, or the results of another model.
        """
        import pyarrow
        from pyarrow import parquet

        if path.exists() and not path.is_dir():
            raise InputError(f"{path} is a file: Parquet results are a folder.")
        path.mkdir(parents=True, exist_ok=True)
        _check_about(path / "_about.json", about, path, new=not any(path.iterdir()))
        self._folder = path
        self._rows: list[dict[str, Any]] = []
        self._seen: set[str] = set()
        self.failed = 0
        self._parts = 0
        try:
            for part in sorted(path.glob("part-*.parquet")):
                # Two columns tell what is done; the digits would take many times the memory.
                table = parquet.read_table(part, columns=["path", "error"])
                self._seen.update(table["path"].to_pylist())
                self.failed += len(table) - table["error"].null_count
                self._parts = int(part.stem.removeprefix("part-"))
        except (pyarrow.ArrowException, OSError, KeyError, ValueError) as error:
            raise InputError(f"{path} holds something else than such results: {error}.") from None

    def holds(self, path: str) -> bool:
        """Whether there is a result of this file."""
        return _key(path) in self._seen

    def add(self, lines: Sequence[bytes]) -> list[dict[str, Any]]:
        """Takes in results, each as `line_of` gives it; their records."""
        records = [json.loads(line) for line in lines]
        for record in records:
            self._seen.add(_key(record["path"]))
            self.failed += record["error"] is not None
            # As the key: Parquet's text knows no lone surrogates, as file names may hold them.
            self._rows.append(record | {"path": _key(record["path"])})
        if len(self._rows) >= ROWS_PER_PART:
            self._write()
        return records

    def close(self) -> None:
        if self._rows:
            self._write()

    def _write(self) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        digit = {
            "label": pa.int8(),
            "confidence": pa.float32(),
            "box": pa.list_(pa.float32()),
            "probabilities": pa.list_(pa.float32()),
        }
        fields = {
            "path": pa.string(),
            "text": pa.string(),
            "digits": pa.list_(pa.struct(digit)),
            "error": pa.string(),
        }
        self._parts += 1
        part = self._folder / f"part-{self._parts:06}.parquet"
        temporary = self._folder / f"_{part.name}.part"
        parquet.write_table(pa.Table.from_pylist(self._rows, pa.schema(fields)), temporary)
        os.replace(temporary, part)
        self._rows = []


ResultsFile = JsonLines | Parquet


def open_results(path: Path, about: dict[str, str]) -> ResultsFile:
    """The results file of a path, by what it ends in: .jsonl or .parquet.

    Args:
        path: of the file, or, for Parquet, of the folder.
        about: as `describe_reading` gives it.

    Raises:
        InputError: it ends in something else, or holds other results.
    """
    if path.suffix == ".jsonl":
        path.parent.mkdir(parents=True, exist_ok=True)
        return JsonLines(path, about)
    if path.suffix == ".parquet":
        return Parquet(path, about)
    raise InputError(f"{path.name} must end in .jsonl or .parquet: that is how results are written.")


def _check_about(note: Path, about: dict[str, str], path: Path, *, new: bool) -> None:
    """Writes the note beside new results; those of another model or kind are not gone on with."""
    if new:
        write_json(note, about)
        return
    try:
        known = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError(f"{path} is there already, and not from this command: name another file.") from None
    if known != about:
        raise InputError(f"{path} holds results of another model or --expect: name another file.")


def _parse(line: bytes, path: Path) -> dict[str, Any]:
    try:
        record = json.loads(line)
        return {"path": str(record["path"]), "error": record["error"]}
    except (ValueError, TypeError, KeyError):
        raise InputError(f"{path} holds a line that is no result: name another file.") from None


def _key(path: str) -> str:
    """A file name as text, also where it is none."""
    return path.encode("utf-8", "backslashreplace").decode()
