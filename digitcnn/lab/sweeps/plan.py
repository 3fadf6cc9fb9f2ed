"""A sweep as its file describes it: which trials it holds, in which order, under which names."""

import math
import random
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import product
from pathlib import Path
from typing import Any, Literal, get_args

from digitcnn.errors import InputError
from digitcnn.lab.runs.settings import LIMITS, OPTIMIZERS, PRESETS, Settings

Search = Literal["grid", "random", "asha"]

MAX_TRIALS = 5000
"""In one sweep; more is a slip of the pen."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_KEYS = {"name", "presets", "seeds", "search", "samples", "draw_seed", "settings", "vary", "asha"}
_WHOLE = ("epochs", "batch_size", "images")
_CHOOSABLE = tuple(entry.name for entry in fields(Settings) if entry.name not in ("preset", "seed"))


@dataclass(frozen=True)
class Range:
    """Values between two ends, drawn evenly, or evenly in their logarithm."""

    least: float
    greatest: float
    log: bool = False
    whole: bool = False

    def draw(self, chance: random.Random) -> float | int:
        ends = (math.log(self.least), math.log(self.greatest)) if self.log else (self.least, self.greatest)
        drawn = chance.uniform(*ends)
        value = math.exp(drawn) if self.log else drawn
        # Four digits are more than matter, and can be read in a table.
        return round(value) if self.whole else float(f"{value:.4g}")


@dataclass(frozen=True)
class SweepSpec:
    """What a sweep's file says.

    Attributes:
        name: of the sweep; its trials' names begin with it.
        presets, seeds: every one with every other.
        search: "grid" takes every combination of what varies; "random" draws `samples` of them;
            "asha" draws them too, and stops those early that fall behind.
        samples: draws per preset; each is tried with every seed.
        draw_seed: of the draws, so that they are the same each time.
        settings: the same for all trials; whatever is left out is the preset's own.
        vary: per setting its values, or the range that they are drawn from.
        grace_epochs: of "asha": no trial is stopped before.
        keep_one_in: of "asha": of so many trials one goes on after each check.
    """

    name: str
    presets: tuple[str, ...]
    seeds: tuple[int, ...]
    search: Search
    samples: int
    draw_seed: int
    settings: dict[str, Any]
    vary: dict[str, tuple[Any, ...] | Range]
    grace_epochs: int = 1
    keep_one_in: int = 3


@dataclass(frozen=True)
class Trial:
    """One training of a sweep.

    Attributes:
        name: of its run folder.
        settings: everything that can be chosen.
        varied: the settings that vary within the sweep, and their values here.
    """

    name: str
    settings: Settings
    varied: dict[str, Any]


def read_spec(path: Path) -> SweepSpec:
    """The sweep that a TOML file describes.

    Raises:
        InputError: the file is missing, no TOML, or says something that cannot be done.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"There is no file called {str(path)!r}: check the path.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path.name} cannot be read as TOML: {error}.") from None
    try:
        return parse_spec(data, default_name=path.stem)
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None


def parse_spec(data: Mapping[str, Any], *, default_name: str) -> SweepSpec:
    """The sweep that a TOML document describes.

    Raises:
        InputError: it says something that cannot be done.
    """
    if unknown := sorted(set(data) - _KEYS):
        raise InputError(f"there is no {unknown[0]!r} in a sweep; there are: {', '.join(sorted(_KEYS))}.")
    name = data.get("name", default_name)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InputError(f"{name!r} cannot be a sweep's name: use up to 40 letters, digits, - and _.")
    presets = tuple(_list_of(data, "presets", str))
    if missing := [preset for preset in presets if preset not in PRESETS]:
        raise InputError(f"there is no preset {missing[0]!r}; there are: {', '.join(PRESETS)}.")
    seeds = data.get("seeds", [0])
    counted = type(seeds) is int and seeds > 0
    seeds = tuple(range(seeds)) if counted else tuple(_list_of(data, "seeds", int, [0]))
    search = data.get("search", "grid")
    if search not in get_args(Search):
        raise InputError(f"search is one of {', '.join(get_args(Search))}, received {search!r}.")
    settings, vary = _table(data, "settings"), _table(data, "vary")
    for setting in (*settings, *vary):
        if setting not in _CHOOSABLE:
            raise InputError(f"there is no setting {setting!r}; there are: {', '.join(_CHOOSABLE)}.")
    if both := sorted(set(settings) & set(vary)):
        raise InputError(f"{both[0]} cannot be in [settings] and in [vary].")
    drawn = search != "grid"
    if drawn and not vary:
        raise InputError(f'search = "{search}" draws from what is in [vary], and there is nothing.')
    if "samples" in data and not drawn:
        raise InputError('samples is for search = "random" or "asha": a grid takes every combination.')
    asha = _table(data, "asha")
    if unknown := sorted(set(asha) - {"grace_epochs", "keep_one_in"}):
        raise InputError(f"there is no {unknown[0]!r} in [asha].")
    if asha and search != "asha":
        raise InputError('[asha] is for search = "asha".')
    return SweepSpec(
        name=name,
        presets=presets,
        seeds=seeds,
        search=search,
        samples=_count(data, "samples", 10, least=1),
        draw_seed=_count(data, "draw_seed", 0, least=0),
        settings=settings,
        vary={setting: _values(setting, given, drawn=drawn) for setting, given in vary.items()},
        grace_epochs=_count(asha, "grace_epochs", 1, least=1),
        keep_one_in=_count(asha, "keep_one_in", 3, least=2),
    )


def plan_trials(spec: SweepSpec) -> list[Trial]:
    """The trials, seed by seed, so that every preset and setting has been seen once soon.

    Raises:
        InputError: a setting is outside of its limits, or there are too many trials.
    """
    combinations = _combine(spec)
    count = len(combinations) * len(spec.presets) * len(spec.seeds)
    if not 0 < count <= MAX_TRIALS:
        raise InputError(f"{count:,} trials are too many: a sweep has at most {MAX_TRIALS:,}.")
    width = len(str(len(combinations)))
    trials = []
    for seed, (number, varied), preset in product(spec.seeds, enumerate(combinations, 1), spec.presets):
        numbered = f"-{number:0{width}}" if len(combinations) > 1 else ""
        settings = Settings.of_preset(preset, spec.settings | varied | {"seed": seed})
        trials.append(Trial(f"{spec.name}-{preset}{numbered}-s{seed}", settings, varied))
    return trials


def _combine(spec: SweepSpec) -> list[dict[str, Any]]:
    """Every combination of what varies, or the draws from it, each once."""
    if spec.search == "grid":
        # A grid has no ranges: `_values` refuses them.
        values = [each for each in spec.vary.values() if isinstance(each, tuple)]
        if math.prod(map(len, values)) > MAX_TRIALS:
            raise InputError(f"the grid has more than {MAX_TRIALS:,} combinations.")
        return [dict(zip(spec.vary, combination, strict=True)) for combination in product(*values)]
    chance = random.Random(spec.draw_seed)
    drawn: list[dict[str, Any]] = []
    for _ in range(20 * spec.samples):
        one = {
            setting: given.draw(chance) if isinstance(given, Range) else chance.choice(given)
            for setting, given in spec.vary.items()
        }
        if one not in drawn:
            drawn.append(one)
        if len(drawn) == spec.samples:
            break
    return drawn


def _values(setting: str, given: Any, *, drawn: bool) -> tuple[Any, ...] | Range:
    if isinstance(given, list) and given:
        for value in given:
            _check_value(setting, value)
        return tuple(dict.fromkeys(given))
    if isinstance(given, dict) and set(given) <= {"from", "to", "log"} and {"from", "to"} <= set(given):
        if not drawn:
            raise InputError(f"{setting} is a range, which a grid cannot take: give a list of values.")
        if setting not in LIMITS:
            raise InputError(f"{setting} is no number: give a list of values.")
        least, greatest, log = given["from"], given["to"], given.get("log", False)
        numbers = all(type(end) in (int, float) for end in (least, greatest)) and isinstance(log, bool)
        if not numbers or not least < greatest or (log and least <= 0):
            raise InputError(f"{setting} needs numbers from < to, above 0 where log = true.")
        for end in (least, greatest):
            _check_value(setting, end)
        return Range(least, greatest, log, whole=setting in _WHOLE)
    raise InputError(
        f"{setting} in [vary] is a list of values, or {{ from = 0.001, to = 0.01, log = true }}."
    )


def _check_value(setting: str, value: Any) -> None:
    expected: tuple[type, ...] = (int,) if setting in _WHOLE else (int, float)
    if setting == "optimizer":
        good = value in OPTIMIZERS
    elif setting == "augmentation":
        good = isinstance(value, bool)
    else:
        good = type(value) in expected and LIMITS[setting].least <= value <= LIMITS[setting].greatest
    if not good:
        raise InputError(f"{value!r} is no {setting.replace('_', ' ')} that can be trained with.")


def _table(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    table = data.get(key, {})
    if not isinstance(table, dict):
        raise InputError(f"[{key}] is a table.")
    if key == "settings":
        for setting, value in table.items():
            if setting in _CHOOSABLE:
                _check_value(setting, value)
    return table


def _list_of(data: Mapping[str, Any], key: str, kind: type, default: list[Any] | None = None) -> list[Any]:
    given = data.get(key, default)
    if not isinstance(given, list) or not given or not all(type(value) is kind for value in given):
        raise InputError(f"{key} is a list of {'names' if kind is str else 'whole numbers'}, at least one.")
    return list(dict.fromkeys(given))


def _count(data: Mapping[str, Any], key: str, default: int, *, least: int) -> int:
    value = data.get(key, default)
    if type(value) is not int or value < least:
        raise InputError(f"{key} is a whole number from {least} on, received {value!r}.")
    return value
