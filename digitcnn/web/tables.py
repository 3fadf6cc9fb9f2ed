"""Arrow tables of plain columns, for charts and tables on a page."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

Value = str | float | int | bool | datetime | None

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def make_table(columns: Mapping[str, Sequence[Value]]) -> pa.Table:
    """A table of named columns, each of texts, of whole numbers, of numbers, of truth values or of times.

    pyarrow's own way to take in lists first loads pandas, to see whether they are pandas': on a server
    whose first page is the Lab that costs the first chart half a second.

    Args:
        columns: lists of equal length; None where a value is missing. A time without a zone is UTC.

    Raises:
        TypeError: a column holds something else.
    """
    arrays = [_make_array(list(column)) for column in columns.values()]
    return pa.Table.from_arrays(arrays, names=list(columns))


def make_table_of_rows(rows: Sequence[Mapping[str, Value]]) -> pa.Table:
    """A table of rows that all have the names of the first one."""
    return make_table({name: [row[name] for row in rows] for name in (rows[0] if rows else ())})


def _make_array(values: list[Value]) -> pa.Array:
    there = np.array([value is not None for value in values], bool)
    known = [value for value in values if value is not None]
    validity = None if there.all() else _as_bits(there)
    if all(isinstance(value, str) for value in known):
        texts = [b"" if value is None else str(value).encode() for value in values]
        ends = np.cumsum([0, *map(len, texts)]).astype(np.int32)
        buffers = [validity, pa.py_buffer(ends.tobytes()), pa.py_buffer(b"".join(texts))]
        return pa.Array.from_buffers(pa.string(), len(values), buffers)
    if all(isinstance(value, bool | np.bool_) for value in known):
        kind, data = pa.bool_(), _as_bits(np.array([bool(value) for value in values], bool))
    elif all(isinstance(value, datetime) for value in known):
        kind, data = (
            pa.timestamp("us", "UTC"),
            _as_buffer([_microseconds(value) for value in values], np.int64),
        )
    elif all(isinstance(value, int | np.integer) for value in known):
        kind, data = pa.int64(), _as_buffer(values, np.int64)
    elif all(isinstance(value, int | float | np.number) for value in known):
        kind, data = pa.float64(), _as_buffer(values, np.float64)
    else:
        raise TypeError(
            f"expected texts, numbers or times, received {sorted({type(each).__name__ for each in known})}"
        )
    return pa.Array.from_buffers(kind, len(values), [validity, data])


def _microseconds(value: Value) -> int | None:
    """Since 1970; None for what is no time."""
    if not isinstance(value, datetime):
        return None
    return ((value if value.tzinfo else value.replace(tzinfo=UTC)) - _EPOCH) // timedelta(microseconds=1)


def _as_buffer(values: list[Value], kind: type) -> pa.Buffer:
    return pa.py_buffer(np.array([0 if value is None else value for value in values], kind).tobytes())


def _as_bits(truths: np.ndarray) -> pa.Buffer:
    return pa.py_buffer(np.packbits(truths, bitorder="little").tobytes())
