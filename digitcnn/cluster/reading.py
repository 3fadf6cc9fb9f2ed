"""Reading many pictures on Ray Data: files are opened, decoded and read where the workers are."""

import logging
import os
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from digitcnn.recognition.results import FileResult
from digitcnn.recognition.results_file import line_of
from digitcnn.run_folder import RunFolder

if TYPE_CHECKING:
    from digitcnn.recognition.reader import DigitReader, Expect

PICTURES_PER_TASK = 512
"""Some seconds of work: less, and handing it out takes its share; more, and a killed worker loses more."""

MOST_RETRIES = 3
"""Of a task whose worker was lost; a picture that still ends its worker then is named and left out."""


@dataclass(frozen=True)
class ShippedModel:
    """A model as it travels to the workers: what `DigitReader` needs of a run folder."""

    name: str
    files: dict[str, bytes]

    @classmethod
    def of(cls, folder: RunFolder) -> "ShippedModel":
        needed = (folder.run_json, folder.tflite_file)
        return cls(folder.name, {path.name: path.read_bytes() for path in needed})


def read_on_ray(
    ray: Any, paths: Sequence[str], folder: RunFolder, *, expect: "Expect", workers: int | None = None
) -> Iterator[list[bytes]]:
    """Reads files; lines of results as they come, in any order.

    What is no picture has an error in its line. A file at which the worker's process itself dies, again
    and again, has one too.

    Args:
        ray: connected.
        paths: of files that the workers can open under the same names.
        folder: of the model.
        expect: as for `DigitReader.read_image`.
        workers: how many read at once, a core each; None for as many as there are cores.
    """
    _quieten(ray)
    model = ray.put(ShippedModel.of(folder))
    left = dict.fromkeys(paths)
    # Alone in its task, a picture that ends its worker takes no others with it.
    for size in (PICTURES_PER_TASK, 1):
        if not left:
            return
        for lines, read in _run(ray, list(left), model, expect, size, workers):
            for path in read:
                left.pop(path, None)
            yield lines
    if left:
        words = "ended the process that read it, several times: it was left out."
        yield [line_of(FileResult(path, error=f"{path} {words}")) for path in left]


def _run(
    ray: Any, paths: list[str], model: Any, expect: "Expect", size: int, workers: int | None
) -> Iterator[tuple[list[bytes], list[str]]]:
    # File names may be no text, which Arrow's strings must be.
    tables = [
        pa.table({"path": pa.array([os.fsencode(path) for path in some], pa.binary())})
        for some in _in_lists(paths, size)
    ]
    with warnings.catch_warnings():
        # There is no other way to bound a task's retries; requirements-ray.txt ends before it is gone.
        warnings.simplefilter("ignore", ray.util.annotations.RayDeprecationWarning)
        results = ray.data.from_arrow(tables).map_batches(
            _read_batch,
            batch_size=None,
            batch_format="pyarrow",
            fn_kwargs={"model": model, "expect": expect, "working_folder": str(Path.cwd())},
            num_cpus=1,
            compute=ray.data.TaskPoolStrategy(workers),
            ray_remote_args_fn=lambda: {"max_retries": MOST_RETRIES},
        )
    for batch in results.iter_batches(batch_size=None, batch_format="pyarrow"):
        yield batch["line"].to_pylist(), [os.fsdecode(path) for path in batch["path"].to_pylist()]


def _read_batch(batch: pa.Table, *, model: Any, expect: "Expect", working_folder: str) -> pa.Table:
    """The lines of results of a table's files; runs in a worker."""
    reader = _load_once(model)
    names = [os.fsdecode(path) for path in batch["path"].to_pylist()]
    lines = [_read_line(reader, name, working_folder, expect) for name in names]
    return batch.append_column("line", pa.array(lines, pa.binary()))


def _read_line(reader: "DigitReader", name: str, working_folder: str, expect: "Expect") -> bytes:
    from digitcnn.recognition.files import read_file

    try:
        place = str(Path(working_folder, name))
        return line_of(read_file(reader, place, path=name, expect=expect).result)
    except Exception as error:  # A fault of ours at one of a million pictures is no reason to lose the rest.
        said = f"{name} could not be read ({type(error).__name__}: {error}): please report it."
        return line_of(FileResult(name, error=said))


@lru_cache(maxsize=1)
def _load_once(model: Any) -> "DigitReader":
    """The reader of this worker's process, on one core."""
    import cv2
    import ray

    from digitcnn.recognition.reader import DigitReader

    cv2.setNumThreads(1)
    shipped: Any = ray.get(model)
    with tempfile.TemporaryDirectory(prefix="digitcnn-") as place:
        path = Path(place) / shipped.name
        path.mkdir()
        for name, data in shipped.files.items():
            (path / name).write_bytes(data)
        return DigitReader(path)


def _quieten(ray: Any) -> None:
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    # A task that is lost for good gives no lines; its pictures are read again one by one.
    context.max_errored_blocks = -1
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)


def _in_lists(things: Sequence[str], size: int) -> Iterator[list[str]]:
    for at in range(0, len(things), size):
        yield list(things[at : at + size])
