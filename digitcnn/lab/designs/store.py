"""Designs kept beside the runs, and every preset that can be trained by its name: ours and your own."""

import os
from dataclasses import fields, replace
from pathlib import Path

from digitcnn.errors import InputError, RunFolderError
from digitcnn.lab.designs.design import NAME, RECIPE, Design, layers_from_json, read_toml, write_toml
from digitcnn.run_folder import RunRecord, replacing, runs_root
from digitcnn.training.presets import PRESETS, Preset, Recipe

MAX_DESIGNS = 200
"""Kept at most."""

_OWNER = "# owner: "
"""Begins the first line of a design that a browser has saved."""


def designs_root() -> Path:
    """The folder of the designs that were made here."""
    return runs_root() / ".designs"


def list_designs() -> list[str]:
    """The names of the designs that were made here."""
    try:
        names = sorted(os.listdir(designs_root()))
    except (FileNotFoundError, NotADirectoryError):
        return []
    stems = [name.removesuffix(".toml") for name in names if name.endswith(".toml")]
    return [stem for stem in stems if NAME.fullmatch(stem) and stem not in PRESETS]


def read_design(name: str) -> Design:
    """A design that was made here.

    Raises:
        InputError: there is none of this name, or it cannot be read.
    """
    if name not in list_designs():
        raise InputError(f"There is no design called {name!r} here.")
    return read_toml(designs_root() / f"{name}.toml")


def owner_of_design(name: str) -> str | None:
    """Who may replace and delete a design, as in `About`; None for the host."""
    try:
        with (designs_root() / f"{name}.toml").open(encoding="utf-8") as file:
            first = file.readline(200)
    except (OSError, UnicodeDecodeError):
        return None
    return first.removeprefix(_OWNER).strip() if first.startswith(_OWNER) else None


def save_design(design: Design, *, owner: str | None = None) -> None:
    """Keeps a design under its name, in the place of an earlier one.

    Args:
        design: what is kept.
        owner: as in `About`.

    Raises:
        RunFolderError: it cannot be written, or too many are kept.
    """
    path = designs_root() / f"{design.name}.toml"
    if not path.is_file() and len(list_designs()) >= MAX_DESIGNS:
        raise RunFolderError(f"{MAX_DESIGNS} designs are kept already: delete one first.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as new:
            new.write_text((f"{_OWNER}{owner}\n" if owner else "") + write_toml(design), encoding="utf-8")
    except OSError as error:
        raise RunFolderError(f"The design could not be kept: {error.strerror or error}.") from None


def delete_design(name: str) -> None:
    """Deletes a design; the runs that were trained with it keep it.

    Raises:
        RunFolderError: it cannot be deleted.
    """
    if name in list_designs():
        try:
            (designs_root() / f"{name}.toml").unlink(missing_ok=True)
        except OSError as error:
            raise RunFolderError(f"The design could not be deleted: {error.strerror or error}.") from None


def list_presets() -> list[str]:
    """The names of all presets: those that ship, then the designs that were made here."""
    return [*PRESETS, *list_designs()]


def find_preset(name: str) -> Preset:
    """The preset of a name: one that ships, or a design that was made here.

    Raises:
        InputError: there is none, or the design cannot be read.
    """
    if name in PRESETS:
        return PRESETS[name]
    if name not in list_designs():
        raise InputError(f"There is no preset {name!r}; there are: {', '.join(list_presets())}.")
    return read_design(name).as_preset()


def preset_of_record(record: RunRecord) -> Preset:
    """The preset that a run was begun with: its record keeps a design and its recipe as they were then.

    Raises:
        InputError: the preset is no longer there, or the record's design cannot be read.
    """
    if record.design is None or record.preset in PRESETS:
        return find_preset(record.preset)
    names = {entry.name for entry in fields(Recipe)}
    recipe = replace(RECIPE, **{key: value for key, value in record.settings.items() if key in names})
    return Design(record.preset, layers_from_json(record.design), recipe).as_preset()
