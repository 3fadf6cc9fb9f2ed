import re
from dataclasses import replace
from pathlib import Path

import pytest

from digitcnn.errors import InputError, RunFolderError
from digitcnn.lab.designs import store
from digitcnn.lab.designs.design import Design, layers_as_json, layers_from_json, parse_toml, write_toml
from digitcnn.lab.runs.catalog import list_own_runs
from digitcnn.lab.runs.settings import Settings, arguments_of
from digitcnn.run_folder import RunRecord
from digitcnn.training.networks.layers import layer
from digitcnn.training.presets import PRESETS, Recipe

MINE = Design("my-cnn", (layer("Conv2D", filters=4), layer("MaxPooling2D"), layer("Flatten")))


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DIGITCNN_RUNS", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_comes_back_from_a_file(name: str):
    recipe = replace(PRESETS[name].recipe, one_hot=False, data="mnist")
    design = Design("mine", PRESETS[name].layers, recipe)
    assert parse_toml(write_toml(design), default_name="other") == design


def test_layers_come_back_from_a_record():
    assert layers_from_json(layers_as_json(MINE.layers)) == MINE.layers


def test_a_file_needs_a_list_of_layers_and_nothing_else():
    design = parse_toml('layers = [{ kind = "Flatten" }]', default_name="bare")
    assert design == Design("bare", (layer("Flatten"),), Recipe(epochs=10, schedule="cosine", one_hot=False))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("layers = [", "It cannot be read as TOML"),
        ("", "layers is missing"),
        ("layers = 3", "layers must be a list such as"),
        ("layers = [3]", "Layer 1: A layer must be a table with a kind"),
        ('layers = [{ kind = "Conv3D" }]', "Layer 1: There is no layer 'Conv3D'; there are: Conv2D,"),
        ('layers = [{ kind = "Flatten", size = 2 }]', "Layer 1: Flatten has no option 'size'; it has none."),
        ('layers = [{ kind = "Conv2D", filters = 0 }]', "filters of Conv2D must be a whole number between 1"),
        ('layers = [{ kind = "Conv2D", filters = true }]', "filters of Conv2D must be a whole number"),
        ('layers = [{ kind = "Conv2D", kernel = 2.5 }]', "kernel of Conv2D must be a whole number between 1"),
        ('layers = [{ kind = "Conv2D", bias = 1 }]', "bias of Conv2D must be one of true, false"),
        ('layers = [{ kind = "Dense", activation = "magic" }]', "must be one of linear, relu, elu"),
        ('layers = [{ kind = "Dropout", rate = nan }]', "rate of Dropout must be a number"),
        ('layers = [{ kind = "Conv2D" }]', "The network ends in 32 maps"),
        ('name = "simple"\nlayers = [{ kind = "Flatten" }]', "simple is the name of a preset that ships"),
        ('name = "../up"\nlayers = [{ kind = "Flatten" }]', "A design's name has 1 to 40 small letters"),
        ('color = 1\nlayers = [{ kind = "Flatten" }]', "color is not allowed in a design"),
        ('layers = [{ kind = "Flatten" }]\n[recipe]\nepochs = 0', "epochs must be a whole number"),
        ('layers = [{ kind = "Flatten" }]\n[recipe]\noptimizer = "magic"', "optimizer must be one of adam"),
        ('layers = [{ kind = "Flatten" }]\n[recipe]\ndata = "mnist"', "data is not allowed in [recipe]"),
        ('layers = [' + '{ kind = "Activation" },' * 61 + "]", "at most 60 layers, received 61"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_said(text: str, sentence: str):
    with pytest.raises(InputError, match=re.escape(sentence)):
        parse_toml(text, default_name="made")


def test_a_kept_design_is_a_preset_like_any_other():
    store.save_design(MINE)
    assert store.list_presets() == [*PRESETS, "my-cnn"]
    preset = store.find_preset("my-cnn")
    assert (preset.layers, preset.summary) == (MINE.layers, "Conv2D 4, MaxPooling2D")
    settings = Settings.of_preset("my-cnn", {"epochs": 2})
    assert arguments_of(settings)[:4] == ["train", "my-cnn", "--epochs", "2"]
    store.delete_design("my-cnn")
    with pytest.raises(InputError, match="no preset 'my-cnn'"):
        store.find_preset("my-cnn")


def test_a_run_keeps_its_design_when_the_file_is_changed_or_deleted():
    settings = Settings.of_preset(MINE.as_preset())
    record = RunRecord(
        "my-cnn", settings.as_recorded(), {}, 0, "queued", "2026", design=layers_as_json(MINE.layers)
    )
    store.save_design(Design("my-cnn", (layer("Flatten"),)))
    again = Settings.of_record(record)
    assert again == settings
    assert again.base
    assert again.base.layers == MINE.layers


def test_a_foreign_file_among_the_designs_is_passed_over(runs: Path):
    store.save_design(MINE)
    for name in ("simple.toml", "Not A Name.toml", "notes.txt"):
        (runs / ".designs" / name).write_text("")
    assert store.list_designs() == ["my-cnn"]


def test_a_broken_design_names_its_file(runs: Path):
    store.save_design(MINE)
    (runs / ".designs" / "my-cnn.toml").write_text("layers = [")
    with pytest.raises(InputError, match=r"^my-cnn.toml: It cannot be read as TOML"):
        store.find_preset("my-cnn")


def test_no_more_designs_are_kept_than_one_overlooks(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(store, "MAX_DESIGNS", 1)
    store.save_design(MINE)
    store.save_design(MINE)
    with pytest.raises(RunFolderError, match="1 designs are kept already"):
        store.save_design(replace(MINE, name="another"))


def test_kept_designs_are_no_runs():
    store.save_design(MINE)
    assert list_own_runs() == []
