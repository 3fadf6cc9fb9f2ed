"""Results of many pictures on disk, as JSON lines or Parquet: an interrupted reading can be resumed."""

import hashlib
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from digitcnn.errors import InputError
from digitcnn.recognition.results import FileResult, record_of
from digitcnn.recognition.unpack import list_origins
from digitcnn.run_folder import RunFolder, write_json

ROWS_PER_PART = 5_000
"""Of a Parquet file; a killed reading loses fewer rows than this."""


def line_of(result: FileResult) -> bytes:
    """A result as a line of JSON in UTF-8, with its newline; undecodable file names are escaped."""
    text = json.dumps(record_of(result), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def describe_reading(folder: RunFolder, expect: str) -> dict[str, str]:
    """The model and options that results depend on, to keep those of different readings apart."""
    digest = hashlib.sha256(folder.tflite_file.read_bytes() + folder.run_json.read_bytes())
    return {"model": folder.name, "digest": digest.hexdigest()[:16], "expect": expect}


class ResultsFile(ABC):
    """A file of results that grows, and knows the pictures that it holds.

    Attributes:
        failed: how many of its results are errors.
    """

    def __init__(self) -> None:
        self.failed = 0
        self._seen: set[str] = set()

    def holds(self, path: str) -> bool:
        """Whether there is a result of this picture, or of a part of this file."""
        return _key(path) in self._seen

    def add(self, lines: Sequence[bytes]) -> list[dict[str, Any]]:
        """Adds results, each from `line_of`, and returns their records."""
        records = [json.loads(line) for line in lines]
        self._append(lines, records)
        for record in records:
            self._note(record)
        return records

    def _note(self, record: dict[str, Any]) -> None:
        self._seen.update(list_origins(_key(record["path"])))
        self.failed += record["error"] is not None

    @abstractmethod
    def _append(self, lines: Sequence[bytes], records: Sequence[dict[str, Any]]) -> None: ...

    @abstractmethod
    def close(self) -> None: ...


class JsonLines(ResultsFile):
    """A file of JSON lines; a line that a killed process left half-written is cut off."""

    def __init__(self, path: Path, about: dict[str, str]):
        """Opens the file, or creates it.

        Raises:
            InputError: it holds something else, or the results of another model.
        """
        super().__init__()
        _check_about(path.with_name(f"{path.name}.about.json"), about, path, new=not path.exists())
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

    def _append(self, lines: Sequence[bytes], records: Sequence[dict[str, Any]]) -> None:
        self._file.write(b"".join(lines))
        self._file.flush()

    def close(self) -> None:
        self._file.close()


class Parquet(ResultsFile):
    """A folder of Parquet files, each of `ROWS_PER_PART` results or more."""

    def __init__(self, path: Path, about: dict[str, str]):
        """Opens the folder, or creates it.

        Raises:
            InputError: it holds something else, or the results of another model.
        """
        import pyarrow
        from pyarrow import parquet

        super().__init__()
        if path.exists() and not path.is_dir():
            raise InputError(f"{path} is a file, but Parquet results are a folder: choose another name.")
        path.mkdir(parents=True, exist_ok=True)
        _check_about(path / "_about.json", about, path, new=not any(path.iterdir()))
        self._folder = path
        self._rows: list[dict[str, Any]] = []
        self._parts = 0
        try:
            for part in sorted(path.glob("part-*.parquet")):
                # Two columns tell which pictures are done; the digits would take many times the memory.
                table = parquet.read_table(part, columns=["path", "error"])
                self._seen.update(name for path in table["path"].to_pylist() for name in list_origins(path))
                self.failed += len(table) - table["error"].null_count
                self._parts = int(part.stem.removeprefix("part-"))
        except (pyarrow.ArrowException, OSError, KeyError, ValueError) as error:
            raise InputError(f"{path} holds no results of digitcnn ({error}): choose another name.") from None

    def _append(self, lines: Sequence[bytes], records: Sequence[dict[str, Any]]) -> None:
        # As the key: Parquet's text cannot hold the lone surrogates that file names may have.
        self._rows += [record | {"path": _key(record["path"])} for record in records]
        if len(self._rows) >= ROWS_PER_PART:
            self._write()

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
            "kind": pa.string(),
        }
        printed = {"box": digit["box"], "kind": digit["kind"]}
        fields = {
            "path": pa.string(),
            "text": pa.string(),
            "digits": pa.list_(pa.struct(digit)),
            "printed": pa.list_(pa.struct(printed)),
            "error": pa.string(),
        }
        self._parts += 1
        part = self._folder / f"part-{self._parts:06}.parquet"
        temporary = self._folder / f"_{part.name}.part"
        parquet.write_table(pa.Table.from_pylist(self._rows, pa.schema(fields)), temporary)
        os.replace(temporary, part)
        self._rows = []


def open_results(path: Path, about: dict[str, str]) -> ResultsFile:
    """Opens the results at a path by its suffix, .jsonl or .parquet.

    Args:
        path: of the file, or, for Parquet, of the folder.
        about: from `describe_reading`.

    Raises:
        InputError: the suffix is another, or the path holds other results.
    """
    if path.suffix == ".jsonl":
        path.parent.mkdir(parents=True, exist_ok=True)
        return JsonLines(path, about)
    if path.suffix == ".parquet":
        return Parquet(path, about)
    raise InputError(f"{path.name} must end in .jsonl or .parquet, the formats of results.")


def _check_about(note: Path, about: dict[str, str], path: Path, *, new: bool) -> None:
    """Writes the note beside new results, and refuses to resume those of another model or --expect."""
    if new:
        write_json(note, about)
        return
    try:
        known = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError(f"{path} exists and is not from this command: choose another name.") from None
    if known != about:
        raise InputError(f"{path} holds results of another model or --expect: choose another name.")


def _parse(line: bytes, path: Path) -> dict[str, Any]:
    try:
        record = json.loads(line)
        return {"path": str(record["path"]), "error": record["error"]}
    except (ValueError, TypeError, KeyError):
        raise InputError(f"{path} has a line that is not a result: choose another name.") from None


def _key(path: str) -> str:
    """A file name as valid text, with undecodable bytes escaped."""
    return path.encode("utf-8", "backslashreplace").decode()
