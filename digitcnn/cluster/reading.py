"""Reads many pictures on Ray Data: the workers open, decode and read the files."""

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

from digitcnn.cluster.session import count_cores
from digitcnn.recognition.result_files import line_of
from digitcnn.recognition.results import FileResult
from digitcnn.run_folder import RunFolder

if TYPE_CHECKING:
    from digitcnn.recognition.reader import DigitReader
    from digitcnn.recognition.reading import Expect

MAX_PER_TASK, MIN_PER_TASK = 512, 32
"""Pictures per task: some seconds of work. Smaller tasks cost more in distribution, larger ones lose more
with a killed worker. The last tasks are smaller, so that all workers finish together."""

MAX_RETRIES = 3
"""Of a task whose worker was lost. A picture that ends its worker every time gets an error in the results."""


@dataclass(frozen=True)
class ShippedModel:
    """A model as it is sent to the workers: the files of a run folder that `DigitReader` needs."""

    name: str
    files: dict[str, bytes]

    @classmethod
    def of(cls, folder: RunFolder) -> "ShippedModel":
        needed = (folder.run_json, folder.tflite_file)
        return cls(folder.name, {path.name: path.read_bytes() for path in needed})


def read_on_ray(
    ray: Any, paths: Sequence[str], folder: RunFolder, *, expect: "Expect", workers: int | None = None
) -> Iterator[list[bytes]]:
    """Reads files and yields lines of results in any order.

    A file that is not a picture has an error in its line, and so has one that ends its worker's process
    every time.

    Args:
        ray: the connected module.
        paths: of files that the workers can open under the same names.
        folder: of the model.
        expect: as for `DigitReader.read_image`.
        workers: number of workers, a core each; None for all cores.
    """
    model = ray.put(ShippedModel.of(folder))
    at_once = min(workers or count_cores(ray), count_cores(ray))
    # The workers start and load the model while this process loads Ray Data.
    for _ in range(min(at_once, len(paths))):
        ray.remote(num_cpus=1)(_make_ready).remote([model])
    _quieten(ray)
    left = dict.fromkeys(paths)
    # The rest is read one by one: a picture that ends its worker then takes no others with it.
    for most in (MAX_PER_TASK, 1):
        if not left:
            return
        tasks = split_into_tasks(list(left), at_once, most)
        for lines, read in _run(ray, tasks, model, expect, workers):
            for path in read:
                left.pop(path, None)
            yield lines
    if left:
        error = "ended the process that read it, several times: convert or remove it."
        yield [line_of(FileResult(path, error=f"{path} {error}")) for path in left]


def split_into_tasks(paths: Sequence[str], workers: int, most: int = MAX_PER_TASK) -> list[Sequence[str]]:
    """Splits files into tasks of at most so many for a number of workers, large tasks first."""
    tasks, at = [], 0
    while at < len(paths):
        fair = (len(paths) - at) // (2 * workers)
        size = min(max(fair, MIN_PER_TASK), most)
        tasks.append(paths[at : at + size])
        at += size
    return tasks


def _run(
    ray: Any, tasks: list[Sequence[str]], model: Any, expect: "Expect", workers: int | None
) -> Iterator[tuple[list[bytes], list[str]]]:
    # File names may not be text, but strings of Arrow must be.
    rows = [{"paths": [os.fsencode(path) for path in some]} for some in tasks]
    with warnings.catch_warnings():
        # No other option bounds a task's retries; requirements-ray.txt stops below the release that drops it.
        warnings.simplefilter("ignore", ray.util.annotations.RayDeprecationWarning)
        results = ray.data.from_items(rows, override_num_blocks=len(rows)).map_batches(
            _read_batch,
            batch_size=None,
            batch_format="pyarrow",
            fn_kwargs={"model": model, "expect": expect, "working_folder": str(Path.cwd())},
            num_cpus=1,
            compute=ray.data.TaskPoolStrategy(workers),
            ray_remote_args_fn=lambda: {"max_retries": MAX_RETRIES},
        )
    for batch in results.iter_batches(batch_size=None, batch_format="pyarrow"):
        yield batch["line"].to_pylist(), [os.fsdecode(path) for path in batch["path"].to_pylist()]


def _read_batch(batch: pa.Table, *, model: Any, expect: "Expect", working_folder: str) -> pa.Table:
    """Reads the files of a task, in a worker; returns their lines of results."""
    from digitcnn.recognition.files import read_parts

    reader = _load_once(model)
    paths = [path for task in batch["paths"].to_pylist() for path in task]
    found = [
        {"path": path, "line": line_of(result)}
        for path, name in zip(paths, map(os.fsdecode, paths), strict=True)
        for result in read_parts(reader, str(Path(working_folder, name)), path=name, expect=expect)
    ]
    return pa.Table.from_pylist(found, pa.schema({"path": pa.binary(), "line": pa.binary()}))


def _make_ready(models: list[Any]) -> None:
    """Loads the model in a worker's process before its first task."""
    _load_once(*models)


@lru_cache(maxsize=1)
def _load_once(model: Any) -> "DigitReader":
    """The reader of this worker's process, limited to one core."""
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
    # A task that fails for good yields no lines; its pictures are read again one by one.
    context.max_errored_blocks = -1
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
