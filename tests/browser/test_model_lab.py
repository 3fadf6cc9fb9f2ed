"""A training from its start to its end, as a visitor sees it."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from digitcnn.lab.runs.about import read_about
from digitcnn.lab.runs.catalog import list_own_runs
from digitcnn.training.session.batch_log import read_batches
from digitcnn.training.session.changes import read_changes
from tests.support.made_mnist import write_mnist
from tests.support.settling import DELAY_ANSWERS
from tests.support.trainings import PATIENCE, kill_trainings, start_training

Serve = Callable[..., AbstractContextManager[str]]

SETTINGS = {"Images used": "1200", "Batch size": "8", "Epochs": "8"}


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of runs, and a few real digits to train on."""
    write_mnist(tmp_path)
    monkeypatch.setenv("DIGITCNN_DATA", str(tmp_path))
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path / "runs"))
    yield tmp_path / "runs"
    kill_trainings()


def live(page: Page) -> Locator:
    return page.locator(".st-key-lab-live")


def wait_for_curve(page: Page, longer_than: int) -> int:
    """Waits until the first line of the first chart has more points than that; how many it has."""
    points = (
        "() => (document.querySelector('.st-key-lab-live .mark-line path')?.getAttribute('d') || '')"
        ".split('L').length"
    )
    page.wait_for_function(f"({points})() > {longer_than}", timeout=PATIENCE)
    return page.evaluate(points)


def test_a_training_is_watched_left_stopped_and_resumed_on_another_server(
    page: Page, start_server: Serve, runs: Path
):
    page.set_default_timeout(PATIENCE)
    with start_server(runs) as address:
        page.goto(f"{address}/model_lab")
        start_training(page, SETTINGS)
        expect(live(page)).to_contain_text("Epoch 2 of 8", timeout=PATIENCE)
        drawn = wait_for_curve(page, 2)
        wait_for_curve(page, drawn + 1)

        page.locator(".st-key-menu").get_by_role("link", name="Draw").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Draw")
        page.locator(".st-key-menu").get_by_role("link", name="Model Lab").click()
        expect(live(page)).to_contain_text("simple-1")
        page.reload()
        expect(live(page)).to_contain_text("simple-1")
        page.get_by_role("button", name="Stop").click()
        expect(live(page)).to_contain_text("stopped")

    with start_server(runs) as address:
        page.goto(f"{address}/model_lab?run=simple-1")
        expect(page.get_by_role("button", name="Resume")).to_be_enabled(timeout=PATIENCE)
        page.get_by_role("button", name="Resume").click()
        expect(live(page)).to_contain_text("Finished: the best epoch is kept", timeout=2 * PATIENCE)
        (run,) = list_own_runs()
        assert [row["epoch"] for row in run.folder.read_history()] == list(range(8))


def test_a_second_visitor_sees_a_run_but_can_neither_stop_nor_delete_it(
    page: Page, chromium: Browser, start_server: Serve, runs: Path
):
    page.set_default_timeout(PATIENCE)
    with start_server(runs) as address:
        page.goto(f"{address}/model_lab")
        start_training(page, SETTINGS)
        expect(page.get_by_role("button", name="Stop")).to_be_visible(timeout=PATIENCE)
        context = chromium.new_context()
        second = context.new_page()
        second.set_default_timeout(PATIENCE)
        second.goto(f"{address}/model_lab")
        expect(live(second)).to_contain_text("only the browser that began it", timeout=PATIENCE)
        expect(second.get_by_role("button", name="Stop")).to_have_count(0)

        page.reload()
        page.get_by_role("button", name="Stop").click()
        # A process that is stopped while it still loads TensorFlow cannot say so.
        expect(live(page)).to_contain_text(re.compile("stopped|interrupted"), timeout=PATIENCE)
        second.goto(f"{address}/model_lab?tab=Runs&run=simple-1")
        expect(second.get_by_text("only the browser that began it")).to_be_visible(timeout=PATIENCE)
        expect(second.get_by_role("button", name="Delete")).to_have_count(0)
        page.goto(f"{address}/model_lab?tab=Runs&run=simple-1")
        page.get_by_role("button", name="Delete", exact=True).click()
        page.get_by_role("button", name="Delete it").click()
        expect(page.locator("h2").filter(has_text="simple-1")).to_have_count(0, timeout=PATIENCE)
        assert not (runs / "simple-1").exists()
        context.close()


def test_a_training_gets_another_rate_and_is_paused_resumed_and_stopped(
    page: Page, start_server: Serve, runs: Path
):
    page.set_default_timeout(PATIENCE)
    page.add_init_script(DELAY_ANSWERS)
    with start_server(runs) as address:
        page.goto(f"{address}/model_lab")
        start_training(page, SETTINGS | {"Epochs": "100"})
        live(page).get_by_role("button", name="Learning rate").click()
        change = page.get_by_role("button", name="Change", exact=True)
        field = page.get_by_test_id("stPopoverBody").get_by_role("spinbutton", name="Learning rate")
        field.fill("0")
        field.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("between 1e-06 and 1, received 0")
        expect(change).to_be_disabled()
        # By more than a second: the page asks again with what it knew before the answer.
        page.evaluate("window.answersLateBy = 1500")
        page.get_by_role("button", name="Half").click()
        expect(field).to_have_value("0.0005")
        change.click()
        expect(live(page)).to_contain_text("learning rate 0.001 → 0.0005", timeout=PATIENCE)
        page.wait_for_timeout(3500)
        expect(change).to_have_count(0)
        page.evaluate("window.answersLateBy = 0")

        page.get_by_role("button", name="Pause").click()
        expect(live(page)).to_contain_text("Paused in epoch", timeout=PATIENCE)
        page.reload()
        expect(live(page)).to_contain_text("Paused in epoch", timeout=PATIENCE)
        (run,) = list_own_runs()
        page.wait_for_timeout(1500)
        rows = read_batches(run.folder.batches_csv)
        page.wait_for_timeout(2000)
        assert read_batches(run.folder.batches_csv) == rows
        page.get_by_role("button", name="Resume").click()
        expect(live(page)).to_contain_text("paused for", timeout=PATIENCE)
        expect(live(page).locator(".mark-rule line").first).to_be_attached()
        page.get_by_role("button", name="Pause").click()
        page.get_by_role("button", name="Stop").click()
        expect(live(page)).to_contain_text("stopped", timeout=PATIENCE)
        changes = read_changes(run.folder.changes_csv)
        assert [(each.new_rate, each.paused > 0) for each in changes[:2]] == [(0.0005, False), (0.0005, True)]


def test_start_is_blocked_with_a_sentence_that_states_the_range(page: Page, start_server: Serve, runs: Path):
    with start_server(runs) as address:
        page.goto(f"{address}/model_lab")
        field = page.get_by_role("spinbutton", name="Epochs")
        field.fill("500")
        field.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("Epochs must be between 1 and 200, received 500")
        expect(page.get_by_role("button", name="Start training")).to_be_disabled()
        field.fill("5")
        field.press("Enter")
        expect(page.get_by_role("button", name="Start training")).to_be_enabled()


def test_a_sweep_of_two_presets_and_two_seeds_is_planned_started_and_watched(
    page: Page, start_server: Serve, runs: Path
):
    with start_server(runs) as address:
        page.goto(f"{address}/model_lab?tab=Sweeps")
        for label, value in (("Epochs of each", "1"), ("Images used by each", "200")):
            page.get_by_role("spinbutton", name=label).fill(value)
            page.get_by_role("spinbutton", name=label).press("Enter")
        expect(page.get_by_text("4 trainings")).to_be_visible()
        page.get_by_role("button", name="Start the sweep").click()
        sweep = page.locator(".st-key-lab-sweep")
        expect(sweep).to_contain_text("4 of 4 trials have ended", timeout=PATIENCE)
    assert {run.name for run in list_own_runs() if run.state == "finished"} == {
        f"sweep-1-{preset}-s{seed}" for preset in ("simple", "sprint") for seed in (0, 1)
    }
    assert len({read_about(run.folder.path).owner for run in list_own_runs()} - {None}) == 1


def test_back_and_forward_go_through_the_parts_of_the_lab(page: Page, server: str):
    def selected() -> Locator:
        return page.locator(".st-key-lab-parts button[aria-checked=true]")

    page.goto(f"{server}/model_lab?tab=Runs")
    for part in ("Sweeps", "Inside"):
        page.locator(".st-key-lab-parts").get_by_role("radio", name=part).click()
        expect(page).to_have_url(re.compile(f"tab={part}"))
    for step, part in ((page.go_back, "Sweeps"), (page.go_back, "Runs"), (page.go_forward, "Sweeps")):
        step()
        expect(page).to_have_url(re.compile(f"tab={part}"))
        expect(selected()).to_have_text(part)
    expect(page.get_by_text("Plan a sweep")).to_be_visible()
