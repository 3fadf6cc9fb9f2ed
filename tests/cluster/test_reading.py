"""Pictures read on a Ray cluster, also where a node is lost."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from digitcnn.cluster.reading import split_into_tasks
from testbed.ray_nodes import Cluster, wait_for_cores
from tests.support.made_pictures import draw

PROJECT = Path(__file__).resolve().parents[2]


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "digitcnn", "recognize", *words]


def read_lines(path: Path) -> dict[str, object]:
    records = [json.loads(line) for line in path.read_text().splitlines()]
    assert len({record["path"] for record in records}) == len(records), "a picture was read twice"
    return {record["path"]: record for record in records}


def make_pictures(place: Path, count: int) -> Path:
    folder = place / "scans"
    folder.mkdir()
    for number in range(count):
        draw("12345737"[number % 5 :][:3], margin=20 + number % 7).save(folder / f"{number:04}.png")
    (folder / "notes.txt").write_text("7 of 9")
    (folder / os.fsdecode(b"\xff.png")).write_bytes((folder / "0000.png").read_bytes())
    return folder


@pytest.mark.slow
def test_a_cluster_that_loses_a_node_reads_all_and_the_same_as_without_it(place: Path, cluster: Cluster):
    folder = make_pictures(place, 600)
    out = place / "ray.jsonl"
    words = command(str(folder), "--address", cluster.address, "--out", str(out), "--quiet")
    process = subprocess.Popen(words, cwd=PROJECT, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not (out.is_file() and out.stat().st_size):
        time.sleep(0.02)
    cluster.nodes.pop().kill()
    _, errors = process.communicate(timeout=600)
    assert (process.returncode, "Traceback" in errors) == (1, False), errors
    assert "1 could not be read" in errors
    cluster.add_node()
    subprocess.run(
        command(str(folder), "--out", str(place / "here.jsonl"), "--quiet"),
        cwd=PROJECT,
        check=False,
        capture_output=True,
    )
    found = read_lines(out)
    assert len(found) == 602
    assert found == read_lines(place / "here.jsonl")
    wait_for_cores(cluster, 2)


@pytest.mark.slow
def test_an_address_without_a_cluster_has_a_message(place: Path):
    (place / "scans").mkdir()
    draw("7").save(place / "scans" / "a.png")
    words = command(str(place / "scans"), "--address", "127.0.0.1:1", "--out", str(place / "out.jsonl"))
    done = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert "There is no Ray cluster at '127.0.0.1:1'" in done.stderr


def test_every_file_is_in_one_task_and_the_last_tasks_are_the_smallest():
    paths = [str(number) for number in range(20_000)]
    tasks = split_into_tasks(paths, workers=2)
    assert [path for task in tasks for path in task] == paths
    sizes = [len(task) for task in tasks]
    assert sizes[0] == 512
    assert sizes[:-1] == sorted(sizes[:-1], reverse=True)
    assert sizes[-2] == 32


def test_a_few_files_are_shared_by_all_workers():
    assert [len(task) for task in split_into_tasks(["a"] * 300, workers=2)][:2] == [75, 56]
    assert [len(task) for task in split_into_tasks(["a"] * 3, workers=8)] == [3]
    assert split_into_tasks([], workers=2) == []
