"""Trainings that browser tests start on the Lab's page, and end."""

from playwright.sync_api import Page, expect

from digitcnn.lab.jobs.processes import find_worker
from digitcnn.lab.runs.catalog import list_own_runs

PATIENCE = 300_000
"""Milliseconds that a busy machine may take to load TensorFlow or to train a little."""


def choose_data(page: Page, title: str, name: str) -> None:
    """Chooses the data set of the next training by its title, until the command names it."""
    page.get_by_role("combobox", name="Data set").click()
    page.get_by_role("option", name=title, exact=True).click()
    expect(page.locator("code")).to_contain_text(f"--data {name}")


def start_training(page: Page, settings: dict[str, str]) -> None:
    """Types the settings, each by the label of its field, and starts once the command has them all."""
    for label, value in settings.items():
        field = page.get_by_role("spinbutton", name=label)
        field.fill(value)
        field.press("Enter")
        option = label.lower().replace(" used", "").replace(" ", "-")
        expect(page.locator("code")).to_contain_text(f"--{option} {value}")
    page.get_by_role("button", name="Start training").click()


def kill_trainings() -> None:
    """Ends what still trains in the folder of runs."""
    for run in list_own_runs():
        if worker := run.record and find_worker(run.record):
            worker.kill()
