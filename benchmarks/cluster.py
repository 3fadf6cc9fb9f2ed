"""Measures sweeps and bulk reading on a Ray cluster of this machine: `python -m benchmarks.cluster PART`.

A head and two worker nodes of a core each are started as separate processes with `ray start`.

    sweep    2 presets x 3 seeds while one of the workers is killed in the middle, then the same without Ray
    reading  many pictures with one worker and with two: numbers of three digits, or single digits
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from digitcnn.run_folder import PROJECT, RunFolder
from testbed.ray_nodes import ray_cluster

SWEEP = """
presets = ["sprint", "simple"]
seeds = [0, 1, 2]
[settings]
epochs = 3
images = 6000
"""


def measure_sweep(place: Path) -> None:
    """Runs a sweep that loses a worker, and compares it with the same sweep without Ray."""
    spec = place / "six.toml"
    spec.write_text(SWEEP)
    with ray_cluster(2) as cluster:
        runs = place / "runs-ray"
        began = time.monotonic()
        sweep = subprocess.Popen(
            _command("sweep", str(spec), "--address", cluster.address),
            env=cluster.environment | {"DIGITCNN_RUNS": str(runs)},
            cwd=PROJECT,
        )
        _wait_until(lambda: _is_in_the_middle(runs / "_sweeps" / "six.json", runs), sweep)
        print(f"a worker node is killed after {time.monotonic() - began:.0f} s", flush=True)
        cluster.nodes[0].kill()
        status = sweep.wait()
        print(f"with Ray: exit status {status}, {time.monotonic() - began:.0f} s, {_load()}")
    began = time.monotonic()
    here = place / "runs-here"
    environment = os.environ | {"DIGITCNN_RUNS": str(here)}
    subprocess.run(_command("sweep", str(spec), "--cores", "1"), env=environment, cwd=PROJECT, check=True)
    print(f"without Ray: {time.monotonic() - began:.0f} s, {_load()}")
    record = json.loads((runs / "_sweeps" / "six.json").read_text())
    folders = sorted(path.name for path in runs.iterdir() if path.name != "_sweeps")
    print(f"{len(folders)} run folders, attempts: {[trial['attempts'] for trial in record['trials']]}")
    print("trial             state     epochs   test with Ray  without   largest difference of a probability")
    for name in folders:
        one, other = RunFolder(runs / name), RunFolder(here / name)
        epochs = [int(row["epoch"]) for row in one.read_history()]
        log = (one.path / "training.log").read_text()
        assert log.count("Test accuracy") == 1, f"{name} was trained twice"
        accuracies = [folder.read_metrics()["test"]["accuracy"] for folder in (one, other)]
        difference = np.abs(one.read_predictions()[0] - other.read_predictions()[0]).max()
        state = one.read_record().state
        print(
            f"{name:17} {state}  {epochs}  {accuracies[0]:.4f}         {accuracies[1]:.4f}    "
            f"{difference:.2g}"
        )


def measure_reading(place: Path, count: int, repeats: int, digits: int) -> None:
    """Reads `count` pictures of `digits` digits each, with one worker and with two."""
    pictures = make_pictures(place / f"pictures-{digits}", count, digits)
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for repeat in range(repeats):
        for workers in (1, 2):
            out = place / f"{digits}-digits-{workers}-workers-{repeat}.jsonl"
            with ray_cluster(workers) as cluster:
                began, cpu = time.monotonic(), os.times()
                subprocess.run(
                    _command(
                        *("recognize", str(pictures), "--expect", "digit" if digits == 1 else "number"),
                        *("--out", str(out), "--address", cluster.address, "--quiet"),
                    ),
                    env=cluster.environment,
                    cwd=PROJECT,
                    check=True,
                )
                seconds[workers].append(time.monotonic() - began)
                nodes = sum(node.computing() for node in cluster.nodes)
            used = os.times().children_user + os.times().children_system
            command = used - cpu.children_user - cpu.children_system
            print(
                f"{workers} workers: {count:,} pictures in {seconds[workers][-1]:.1f} s; computing: "
                f"{nodes:.0f} s by Ray on the nodes, {command:.0f} s by the command; {_load()}",
                flush=True,
            )
    for one, two in zip(seconds[1], seconds[2], strict=True):
        print(f"two workers are {one / two:.2f} times as fast as one")


def make_pictures(folder: Path, count: int, digits: int) -> Path:
    """Writes PNG files of MNIST's digits side by side, dark on light, 140 high, a thousand per subfolder."""
    if folder.is_dir():
        return folder
    from digitcnn.training.datasets import load_mnist

    images = load_mnist()[0].images
    chosen = np.arange(count * digits).reshape(count, digits) % len(images)
    for number, each in enumerate(chosen):
        below = folder / f"{number // 1000:02}"
        below.mkdir(parents=True, exist_ok=True)
        paper = Image.fromarray(255 - np.hstack(list(images[each])))
        paper.resize((140 * digits, 140), Image.Resampling.BICUBIC).save(below / f"{number:05}.png")
    return folder


def _is_in_the_middle(record: Path, runs: Path) -> bool:
    """Whether one trial has ended and both running ones have finished an epoch."""
    if not record.is_file():
        return False
    trials = json.loads(record.read_text())["trials"]
    running = [RunFolder(runs / trial["name"]) for trial in trials if trial["state"] == "running"]
    ended = sum(trial["state"] == "finished" for trial in trials)
    return ended >= 1 and len(running) == 2 and all(folder.read_history() for folder in running)


def _wait_until(is_so: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    while not is_so():
        if process.poll() is not None:
            sys.exit(f"the sweep ended too early, with status {process.returncode}")
        time.sleep(0.2)


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "digitcnn", *words]


def _load() -> str:
    return f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures the parts that the command line names."""
    parser = argparse.ArgumentParser(description="Measures sweeps and bulk reading on Ray.")
    parser.add_argument("part", choices=("sweep", "reading"))
    parser.add_argument("--pictures", type=int, default=20_000)
    parser.add_argument("--digits", type=int, default=3, help="in each picture (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="a folder for what is written (default: a temporary one)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        place = options.keep or Path(temporary)
        place.mkdir(parents=True, exist_ok=True)
        if options.part == "sweep":
            measure_sweep(place)
        else:
            measure_reading(place, options.pictures, options.repeats, options.digits)
    return 0


if __name__ == "__main__":
    sys.exit(main())
