"""The plan of a sweep: reads its TOML file, and names and orders the trials that it describes."""

import math
import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from digitcnn.errors import InputError
from digitcnn.lab.designs.store import list_presets
from digitcnn.lab.runs.settings import LIMITS, OPTIMIZERS, PRESETS, SCHEDULES, Optimizer, Schedule, Settings

Search = Literal["grid", "random", "asha"]

MAX_TRIALS = 5000
"""In one sweep; more is taken for a typing error."""


class _Table(BaseModel):
    """A table of the file: types are exact, and unknown keys are errors."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


def _limited(setting: str) -> Any:
    return Field(ge=LIMITS[setting].least, le=LIMITS[setting].greatest)


class _Values(_Table):
    """The values that a setting of a trial can take."""

    epochs: Annotated[int, _limited("epochs")] = 1
    batch_size: Annotated[int, _limited("batch_size")] = 8
    optimizer: Optimizer = "adam"
    learning_rate: Annotated[float, _limited("learning_rate")] = 1e-3
    schedule: Schedule = "constant"
    augmentation: bool = False
    validation_split: Annotated[float, _limited("validation_split")] = 0.1
    images: Annotated[int, _limited("images")] = 100
    data: str = "mnist"


class Range(_Table):
    """Numbers between two ends, drawn uniformly, or uniformly in their logarithm."""

    least: int | float = Field(alias="from")
    greatest: int | float = Field(alias="to")
    log: bool = False

    @model_validator(mode="after")
    def _check_ends(self) -> "Range":
        if not self.least < self.greatest or (self.log and self.least <= 0):
            more = ", and from above 0" if self.log else ""
            raise ValueError(f"needs from below to{more}, received {self.least:g} and {self.greatest:g}")
        return self

    def draw(self, rng: random.Random, *, whole: bool) -> float | int:
        """One number: a whole one, or one of four significant digits, which fit in a table."""
        ends = (math.log(self.least), math.log(self.greatest)) if self.log else (self.least, self.greatest)
        drawn = rng.uniform(*ends)
        value = math.exp(drawn) if self.log else drawn
        return round(value) if whole else float(f"{value:.4g}")


class Asha(_Table):
    """From `grace_epochs` on, one trial in `keep_one_in` continues after each check."""

    grace_epochs: int = Field(default=1, ge=1)
    keep_one_in: int = Field(default=3, ge=2)


def _count_up(seeds: Any) -> Any:
    return tuple(range(seeds)) if type(seeds) is int and 0 < seeds <= MAX_TRIALS else seeds


def _drop_repeats(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(values))


_SEVERAL = (Field(strict=False, min_length=1), AfterValidator(_drop_repeats))
"""Makes a tuple of TOML's lists, which a strict model would refuse."""


def _check_preset(name: str) -> str:
    if name not in list_presets():
        raise ValueError(f"presets must be {_ALLOWED['presets']}, received {name!r:.80}")
    return name


class SweepSpec(_Table):
    """The contents of a sweep's file.

    Attributes:
        name: of the sweep; the names of its trials begin with it.
        presets, seeds: every preset is trained with every seed.
        search: "grid" takes every combination of `vary`; "random" draws `samples` of them; "asha" draws
            them too, and stops trials early that fall behind.
        samples: draws per preset; each is tried with every seed.
        draw_seed: seed of the draws, so that they are the same each time.
        settings: settings of all trials; others are the preset's own.
        vary: values of each varied setting, or the range that they are drawn from.
        asha: when trials are stopped early.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")
    presets: Annotated[tuple[Annotated[str, AfterValidator(_check_preset)], ...], *_SEVERAL]
    seeds: Annotated[tuple[Annotated[int, _limited("seed")], ...], *_SEVERAL, BeforeValidator(_count_up)] = (
        0,
    )
    search: Search = "grid"
    samples: int = Field(default=10, ge=1)
    draw_seed: int = Field(default=0, ge=0)
    settings: dict[str, Any] = {}
    vary: dict[
        str,
        Annotated[
            Annotated[tuple[Any, ...], *_SEVERAL, Tag("values")] | Annotated[Range, Tag("range")],
            Discriminator(lambda given: "range" if isinstance(given, dict | Range) else "values"),
        ],
    ] = {}
    asha: Asha = Asha()

    @field_validator("settings", "vary")
    @classmethod
    def _check_settings(cls, settings: dict[str, Any]) -> dict[str, Any]:
        for setting, given in settings.items():
            ends = (given.least, given.greatest) if isinstance(given, Range) else given
            for value in ends if isinstance(ends, tuple) else (ends,):
                try:
                    _Values.model_validate({setting: value})
                except ValidationError as error:
                    raise ValueError(_explain(error)) from None
        return settings

    @model_validator(mode="after")
    def _check_together(self) -> "SweepSpec":
        if both := sorted(self.settings.keys() & self.vary):
            raise ValueError(f"{both[0]} is in [settings] and in [vary]: remove one")
        if "data" in self.vary:
            raise ValueError("data belongs into [settings]: results on other test images cannot be compared")
        if self.search != "grid" and not self.vary:
            raise ValueError(f'search = "{self.search}" needs settings in [vary] to draw from')
        if self.search == "grid" and "samples" in self.model_fields_set:
            raise ValueError('samples needs search = "random" or "asha": a grid takes every combination')
        if self.search != "asha" and "asha" in self.model_fields_set:
            raise ValueError('[asha] needs search = "asha"')
        ranges = [setting for setting, given in self.vary.items() if isinstance(given, Range)]
        if self.search == "grid" and ranges:
            raise ValueError(f"{ranges[0]} is a range, which a grid cannot take: give a list of values")
        return self


@dataclass(frozen=True)
class Trial:
    """One training of a sweep.

    Attributes:
        name: of its run folder.
        settings: of the training.
        varied: the settings that vary within the sweep, and their values here.
    """

    name: str
    settings: Settings
    varied: dict[str, Any]


def read_spec(path: Path) -> SweepSpec:
    """The sweep that a TOML file describes.

    Raises:
        InputError: the file is missing or not TOML, or a key or value of it is not allowed.
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
        InputError: a key or value of it is not allowed.
    """
    try:
        return SweepSpec.model_validate({"name": default_name, **data})
    except ValidationError as error:
        raise InputError(f"{_explain(error)}.") from None


def _format_limits(setting: str) -> str:
    limit, kind = LIMITS[setting], _Values.model_fields[setting].annotation
    ends = (f"{end:,.7g}".replace("e-0", "e-") for end in (limit.least, limit.greatest))
    return ("a whole number " if kind is int else "") + "between {} and {}".format(*ends)


_ALLOWED = {
    **{setting: _format_limits(setting) for setting in _Values.model_fields if setting in LIMITS},
    "optimizer": f"one of {', '.join(OPTIMIZERS)}",
    "schedule": f"one of {', '.join(SCHEDULES)}",
    "augmentation": "true or false",
    "data": "the name of a data set",
    "name": "up to 40 letters, digits, - and _",
    "presets": f"a list of one or more of {', '.join(PRESETS)}, or names of your designs",
    "seeds": f"a list of one or more whole numbers, or their count, 1 to {MAX_TRIALS:,}",
    "search": f"one of {', '.join(get_args(Search))}",
    "samples": "a whole number from 1 on",
    "draw_seed": "a whole number from 0 on",
    "grace_epochs": "a whole number from 1 on",
    "keep_one_in": "a whole number from 2 on",
    **dict.fromkeys(("settings", "vary", "asha"), "a table"),
}
"""By key: the values that it takes, for a sentence."""


def _explain(error: ValidationError) -> str:
    """The first error as a sentence without its period: the key, the values allowed, the value received."""
    first = error.errors()[0]
    kind, problem = first["type"], first.get("ctx", {}).get("error")
    table, *inner = map(str, first["loc"] or ("",))
    if table == "vary" and inner:
        example = "{ from = 0.001, to = 0.01, log = true }"
        return f"{inner[0]} in [vary] {problem or f'must be a list of values or a range such as {example}'}"
    if kind == "value_error":
        return str(problem)
    key = inner[0] if table == "asha" and inner else table
    if kind == "extra_forbidden":
        model = _Values if error.title == _Values.__name__ else Asha if inner else SweepSpec
        return f"{key} is not allowed in a sweep; allowed are {', '.join(model.model_fields)}"
    if kind == "missing":
        return f"{key} is missing: give {_ALLOWED[key]}"
    return f"{key} must be {_ALLOWED[key]}, received {first['input']!r:.80}"


def plan_trials(spec: SweepSpec) -> list[Trial]:
    """The trials, seed by seed, so that every preset and setting is tried once early.

    Raises:
        InputError: a setting is outside of its limits, or there are too many trials.
    """
    combinations = _combine(spec)
    count = len(combinations) * len(spec.presets) * len(spec.seeds)
    if count > MAX_TRIALS:
        raise InputError(f"{spec.name} has {count:,} trials: a sweep must have at most {MAX_TRIALS:,}.")
    width = len(str(len(combinations)))
    trials = []
    for seed, (number, varied), preset in product(spec.seeds, enumerate(combinations, 1), spec.presets):
        numbered = f"-{number:0{width}}" if len(combinations) > 1 else ""
        settings = Settings.of_preset(preset, spec.settings | varied | {"seed": seed})
        trials.append(Trial(f"{spec.name}-{preset}{numbered}-s{seed}", settings, varied))
    return trials


def _combine(spec: SweepSpec) -> list[dict[str, Any]]:
    """Every combination of the varied settings, or the draws from them, each once."""
    if spec.search == "grid":
        values = [given for given in spec.vary.values() if not isinstance(given, Range)]
        if (count := math.prod(map(len, values))) > MAX_TRIALS:
            raise InputError(
                f"{spec.name} has {count:,} combinations: a sweep must have at most {MAX_TRIALS:,}."
            )
        return [dict(zip(spec.vary, combination, strict=True)) for combination in product(*values)]
    rng = random.Random(spec.draw_seed)
    drawn: list[dict[str, Any]] = []
    for _ in range(20 * spec.samples):
        one = {setting: _draw(setting, given, rng) for setting, given in spec.vary.items()}
        if one not in drawn:
            drawn.append(one)
        if len(drawn) == spec.samples:
            break
    return drawn


def _draw(setting: str, given: tuple[Any, ...] | Range, rng: random.Random) -> Any:
    if not isinstance(given, Range):
        return rng.choice(given)
    return given.draw(rng, whole=_Values.model_fields[setting].annotation is int)
