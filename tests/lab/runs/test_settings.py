import shlex
from dataclasses import replace

import pytest

from digitcnn.errors import InputError
from digitcnn.lab.runs.settings import PRESETS, Settings, arguments_of, command_of
from digitcnn.run_folder import RunRecord

CHOSEN = {
    "epochs": 3,
    "batch_size": 64,
    "optimizer": "rmsprop",
    "learning_rate": 0.01,
    "schedule": "steps",
    "augmentation": True,
    "validation_split": 0.2,
    "images": 5000,
    "seed": 7,
}


@pytest.mark.parametrize("preset", PRESETS)
def test_settings_of_a_preset_are_its_recipe(preset: str):
    assert Settings.of_preset(preset).recipe == PRESETS[preset].recipe


def test_what_is_chosen_changes_the_recipe_and_nothing_else_does():
    recipe = Settings.of_preset("deeper", CHOSEN).recipe
    changed = {key: CHOSEN[key] for key in CHOSEN if key not in ("images", "seed")}
    assert recipe == replace(PRESETS["deeper"].recipe, **changed)


def test_settings_come_back_from_the_record():
    settings = Settings.of_preset("simple", CHOSEN)
    record = RunRecord("simple", settings.as_recorded(), {}, settings.seed, "queued", "2026-01-01")
    assert Settings.of_record(record) == settings


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("epochs", 0, "Epochs must be between 1 and 200, received 0"),
        ("batch_size", 1, "Batch size must be between"),
        ("learning_rate", -1.0, "Learning rate must be between"),
        ("learning_rate", float("nan"), "Learning rate must be between"),
        ("validation_split", 1.0, "Validation split must be between 0.01 and 0.5"),
        ("images", 5, "Images must be between 100"),
        ("seed", -1, "Seed must be between"),
        ("optimizer", "magic", "no optimizer 'magic' here; there are: adam"),
        ("schedule", "magic", "no schedule 'magic' here; there are: constant"),
    ],
)
def test_a_value_outside_of_its_limits_is_refused_in_words(name: str, value: object, said: str):
    with pytest.raises(InputError, match=said):
        Settings.of_preset("simple", {name: value})


def test_an_unknown_preset_is_refused_beside_those_there_are():
    with pytest.raises(InputError, match="no preset 'nosuch'; there are: simple, deeper"):
        Settings.of_preset("nosuch")


def test_the_command_names_what_differs_from_the_preset():
    assert command_of(Settings.of_preset("simple")) == "python -m digitcnn train simple"
    settings = Settings.of_preset("reader", {"epochs": 2, "augmentation": False})
    assert command_of(settings) == "python -m digitcnn train reader --epochs 2 --no-augmentation"


@pytest.mark.parametrize("chosen", [{}, CHOSEN], ids=["preset", "chosen"])
def test_arguments_and_command_mean_the_same_settings(chosen: dict[str, object]):
    from digitcnn.cli import _parser

    settings = Settings.of_preset("simple", chosen)
    for arguments in (arguments_of(settings), shlex.split(command_of(settings))[3:]):
        options = vars(_parser().parse_args(arguments))
        assert (
            Settings.of_preset(options["preset"], {key: options[key] for key in Settings.names()}) == settings
        )
