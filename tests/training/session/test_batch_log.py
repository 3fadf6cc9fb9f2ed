from pathlib import Path

import pytest

from digitcnn.training.session.batch_log import EVERY, MAX_ROWS, BatchLog, BatchRow, read_batches


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_row_is_the_mean_since_the_row_before(tmp_path: Path, clock: Clock):
    log = BatchLog(tmp_path / "batches.csv", done=0, clock=clock)
    log.add(0.1, 10, 0.5, 2.0)
    clock.now += 1
    log.add(0.2, 20, 0.7, 1.5)  # Running means: the second ten batches had 0.9 and 1.0.
    assert read_batches(log.path) == [BatchRow(0.1, 0.5, 2.0), BatchRow(0.2, 0.9, 1.0)]


def test_an_epoch_begins_its_means_anew(tmp_path: Path, clock: Clock):
    log = BatchLog(tmp_path / "batches.csv", done=0, clock=clock)
    log.add(0.9, 90, 0.5, 2.0)
    log.begin_epoch()
    clock.now += 1
    log.add(1.1, 10, 0.8, 1.0)
    assert read_batches(log.path)[-1] == BatchRow(1.1, 0.8, 1.0)


def test_rows_come_at_most_three_times_a_second(tmp_path: Path, clock: Clock):
    log = BatchLog(tmp_path / "batches.csv", done=0, clock=clock)
    for step in range(1, 1001):
        clock.now += 0.01
        log.add(step / 1000, step, 0.5, 1.0)
    assert len(read_batches(log.path)) <= 10 / EVERY + 1


def test_the_file_never_outgrows_its_bound(tmp_path: Path, clock: Clock):
    log = BatchLog(tmp_path / "batches.csv", done=0, clock=clock)
    for step in range(1, 5 * MAX_ROWS):
        clock.now += EVERY
        log.add(step / 1000, step, 0.5, 1.0)
        assert step % 500 or len(read_batches(log.path)) <= MAX_ROWS
    rows = read_batches(log.path)
    assert MAX_ROWS / 2 <= len(rows) <= MAX_ROWS
    assert [row.epoch for row in rows] == sorted(row.epoch for row in rows)


def test_a_resumed_run_forgets_the_epoch_that_is_trained_again(tmp_path: Path, clock: Clock):
    path = tmp_path / "batches.csv"
    log = BatchLog(path, done=0, clock=clock)
    for step in (1, 2, 3, 4, 5):
        clock.now += 1
        log.add(step / 2, step, 0.5, 1.0)
    assert [row.epoch for row in read_batches(BatchLog(path, done=1).path)] == [0.5, 1.0]


@pytest.mark.parametrize(
    "text",
    ["", "epoch,accuracy,loss\n", "epoch,accuracy,loss\n0.5,0.5", "epoch,accuracy,loss\nx,y\n", "\x00"],
)
def test_rows_that_are_not_whole_are_left_out(tmp_path: Path, text: str):
    path = tmp_path / "batches.csv"
    path.write_text(text, encoding="utf-8")
    assert read_batches(path) == []


def test_a_missing_file_has_no_rows(tmp_path: Path):
    assert read_batches(tmp_path / "missing.csv") == []
