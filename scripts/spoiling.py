"""Changes valid input at random, one change at a time."""

import copy
import json
import random
from typing import Any

HOSTILE_VALUES: list[Any] = [
    *(None, True, False, 0, -1, 255, 2**31, 2**63, 2**70, -(2**70), 1e-320, 1e308, -1e308, 1e999, -1e999),
    *(float("nan"), "", "7", "nan", "a" * 1000, "\ud800", "\x00", "<script>", "../..", [], {}, [[]], [{}]),
]
HOSTILE_BYTES = [
    b"",
    b"\x00",
    b"\xff" * 4,
    b"\x7f\xff\xff\xff",
    b"\x00" * 64,
    b"nan",
    b"-1",
    b"1e999",
    b"\n",
    b'"',
]


def spoil_bytes(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Bytes with one change: flipped, overwritten, cut out, doubled, cut short, or mixed with others."""
    at = chance.randrange(len(data) + 1)
    length = min(int(chance.paretovariate(0.6)), 4096)
    start = chance.randrange(len(other) + 1)
    changes = [
        data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :],
        data[:at] + chance.randbytes(length) + data[at + length :],
        data[:at] + data[at + length :],
        data[:at] + data[at : at + length] * 2 + data[at + length :],
        data[:at],
        data[:at] + other[start : start + length] + data[at:],
        data[:at] + chance.choice(HOSTILE_BYTES) + data[at + chance.choice([0, 1, 4]) :],
    ]
    return chance.choice(changes)


def spoil_values(chance: random.Random, value: Any, other: Any) -> Any:
    """Nested lists and objects with one change somewhere inside."""
    if not isinstance(value, list | dict) or not value or chance.random() < 0.05:
        return copy.deepcopy(chance.choice([chance.choice(HOSTILE_VALUES), other]))
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = chance.choice(keys)
    action = chance.random()
    if action < 0.7:
        value[key] = spoil_values(chance, value[key], None)
    elif action < 0.8:
        del value[key]
    elif action < 0.9 and isinstance(value, list):
        value.extend([copy.deepcopy(value[key])] * chance.choice([1, 3, 50]))
    else:
        value[key] = copy.deepcopy(other if chance.random() < 0.3 else chance.choice(HOSTILE_VALUES))
    return value


def spoil_strokes(chance: random.Random, strokes: Any, other: Any) -> Any:
    """Usually still strokes: far, tiny, doubled, tangled; sometimes other values."""
    if chance.random() < 0.4 or not isinstance(strokes, list) or not strokes:
        return spoil_values(chance, strokes, other)
    stroke = chance.choice(strokes)
    if not isinstance(stroke, list) or not stroke:
        return strokes
    scale = chance.choice([0.0, 1e-300, 1e-9, 0.5, 30.0, 1e8])
    point = [chance.gauss(0, 1) * scale, chance.gauss(0, 1) * scale]
    stroke.insert(chance.randrange(len(stroke) + 1), point)
    if chance.random() < 0.3:
        strokes.append(
            [[chance.uniform(0, 100), chance.uniform(0, 100)] for _ in range(chance.choice([1, 2, 9]))]
        )
    return strokes


def spoil_file(chance: random.Random, file: tuple[str, bytes], other: tuple[str, bytes]) -> tuple[str, bytes]:
    """A named file with other bytes; JSON mostly stays JSON."""
    name, data = file
    if name.endswith(".json") and chance.random() < 0.8:
        try:
            return name, json.dumps(spoil_values(chance, json.loads(data), {})).encode()
        except ValueError:
            pass
    return name, spoil_bytes(chance, data, other[1])


def spoil_pen_file(chance: random.Random, data: Any, other: Any) -> bytes:
    """The JSON of a list of drawings with one change."""
    values = json.loads(data) if isinstance(data, bytes) else data
    return json.dumps(spoil_values(chance, values, other)).encode()
