"""A sweep's file becomes trials, or a sentence that names its error."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from digitcnn.errors import InputError
from digitcnn.lab.runs.catalog import own_path
from digitcnn.lab.runs.settings import PRESETS
from digitcnn.lab.sweeps.plan import parse_spec, plan_trials, read_spec

DOCS = Path(__file__).resolve().parents[3] / "docs" / "cluster.md"
DRAWN: dict[str, Any] = {
    "presets": ["simple"],
    "search": "random",
    "samples": 30,
    "vary": {"learning_rate": {"from": 1e-4, "to": 1e-2, "log": True}, "epochs": {"from": 2, "to": 9}},
}


def plan(data: dict[str, Any]):
    return plan_trials(parse_spec(data, default_name="made"))


def test_a_grid_is_presets_by_seeds_by_settings():
    trials = plan(
        {
            "presets": ["simple", "sprint"],
            "seeds": 3,
            "settings": {"epochs": 2, "data": "bundled"},
            "vary": {"batch_size": [32, 64], "optimizer": ["adam", "rmsprop"]},
        }
    )
    assert len(trials) == len({trial.name for trial in trials}) == 2 * 3 * 4
    assert {trial.settings.seed for trial in trials[:8]} == {0}
    assert {(trial.settings.epochs, trial.settings.data) for trial in trials} == {(2, "bundled")}
    assert trials[0].name == "made-simple-1-s0"
    assert trials[0].varied == {"batch_size": 32, "optimizer": "adam"}


def test_settings_left_out_are_the_presets_own():
    (trial,) = plan({"presets": ["conv3-rmsprop"]})
    assert trial.name == "made-conv3-rmsprop-s0"
    assert trial.settings.as_recorded() == vars(PRESETS["conv3-rmsprop"].recipe) | {"images": None}


def test_draws_are_the_same_each_time_and_inside_their_ranges():
    first, second = plan(DRAWN), plan(DRAWN)
    assert first == second
    assert len({str(trial.varied) for trial in first}) == 30
    rates = [trial.varied["learning_rate"] for trial in first]
    assert all(1e-4 <= rate <= 1e-2 for rate in rates)
    assert sum(rate < 1e-3 for rate in rates) > 7
    assert {type(trial.varied["epochs"]) for trial in first} == {int}
    assert plan(DRAWN | {"draw_seed": 1}) != first


def test_a_draw_is_tried_with_every_preset_and_seed():
    trials = plan(DRAWN | {"presets": ["simple", "sprint"], "seeds": [3, 7], "samples": 4})
    assert len(trials) == 16
    assert len({str(trial.varied) for trial in trials}) == 4


def test_every_name_is_one_that_a_run_can_have():
    data = {"name": "a" * 40, "presets": list(PRESETS), "seeds": [2**31 - 1], "vary": {"images": [100, 200]}}
    assert all(own_path(trial.name) for trial in plan(data))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "presets is missing: give a list of one or more of simple, deeper"),
        ({"presets": ["nosuch"]}, "presets must be a list of one or more of simple, deeper"),
        (
            {"presets": ["simple"], "color": 1},
            "color is not allowed in a sweep; allowed are name, presets, seeds",
        ),
        ({"presets": ["simple"], "seeds": []}, "seeds must be a list of one or more whole numbers"),
        ({"presets": ["simple"], "seeds": [True]}, "or their count, 1 to 5,000, received True"),
        (
            {"presets": ["simple"], "search": "best"},
            "search must be one of grid, random, asha, received 'best'",
        ),
        ({"presets": ["simple"], "search": "asha"}, 'search = "asha" needs settings in [vary] to draw from'),
        ({"presets": ["simple"], "samples": 3}, 'samples needs search = "random" or "asha"'),
        (
            {"presets": ["simple"], "settings": {"seed": 1}},
            "seed is not allowed in a sweep; allowed are epochs, batch_size",
        ),
        (
            {"presets": ["simple"], "settings": {"epochs": 0}},
            "epochs must be a whole number between 1 and 200, received 0.",
        ),
        (
            {"presets": ["simple"], "settings": {"epochs": 2.5}},
            "epochs must be a whole number between 1 and 200, received 2.5.",
        ),
        (
            {"presets": ["simple"], "vary": {"epochs": [1, "2"]}},
            "epochs must be a whole number between 1 and 200, received '2'.",
        ),
        ({"presets": ["simple"], "vary": {"epochs": {"from": 1, "to": 3}}}, "a range, which a grid cannot"),
        (
            {"presets": ["simple"], "vary": {"epochs": [1]}, "settings": {"epochs": 1}},
            "epochs is in [settings] and in [vary]: remove one",
        ),
        (
            DRAWN | {"vary": {"optimizer": {"from": 1, "to": 3}}},
            "optimizer must be one of adam, adamw, nadam, rmsprop, sgd, received 1.",
        ),
        (
            DRAWN | {"vary": {"epochs": {"from": 3, "to": 1}}},
            "epochs in [vary] needs from below to, received 3 and 1.",
        ),
        (
            DRAWN | {"vary": {"epochs": 3}},
            "epochs in [vary] must be a list of values or a range such as { from = 0.001",
        ),
        (
            {"presets": ["simple"], "settings": {"data": "nosuch"}},
            "There is no data set 'nosuch' here; there are: mnist, handwriting",
        ),
        (
            {"presets": ["simple"], "settings": {"data": 3}},
            "data must be the name of a data set, received 3.",
        ),
        (
            {"presets": ["simple"], "vary": {"data": ["mnist", "bundled"]}},
            "data belongs into [settings]: results on other test images cannot be compared.",
        ),
        ({"presets": ["simple"], "asha": {"grace_epochs": 1}}, '[asha] needs search = "asha"'),
        (
            {"presets": ["simple"], "name": "../up"},
            "name must be up to 40 letters, digits, - and _, received '../up'.",
        ),
        (
            {"presets": ["simple", "sprint"], "seeds": 5000},
            "made has 10,000 trials: a sweep must have at most",
        ),
        ({"presets": ["simple"], "seeds": 10**12}, "or their count, 1 to 5,000, received 1000000000000."),
        (
            {"presets": ["simple"], "settings": {"learning_rate": 3}},
            "learning_rate must be between 1e-6 and 1, received 3.",
        ),
        (
            {"presets": ["simple"], "search": "asha", "vary": {"epochs": [1]}, "asha": {"x": 1}},
            "x is not allowed",
        ),
    ],
)
def test_a_refused_sweep_has_a_message(data: dict[str, Any], message: str):
    with pytest.raises(InputError) as refused:
        plan(data)
    assert message in str(refused.value)


def test_a_file_is_read_and_its_name_is_the_sweeps(tmp_path: Path):
    path = tmp_path / "seeds.toml"
    path.write_text('presets = ["simple"]\nseeds = [1]\n')
    assert read_spec(path).name == "seeds"
    path.write_text("presets = [")
    with pytest.raises(InputError, match=r"seeds\.toml cannot be read as TOML"):
        read_spec(path)
    with pytest.raises(InputError, match="There is no file called"):
        read_spec(tmp_path / "gone.toml")


def test_the_sweeps_of_the_docs_can_be_planned():
    blocks = re.findall(
        r"^```toml\n(.*?)^```$", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    counts = [len(plan(tomllib.loads(block))) for block in blocks]
    assert counts == [12, 40]
