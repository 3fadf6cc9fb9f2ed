import subprocess
import sys
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest

from digitcnn.web.tables import make_table, make_table_of_rows

COLUMNS = {
    "text": ["a", "", None, "ä € 𝟙"],
    "whole": [1, None, -3, 2**40],
    "number": [0.5, None, 2, float(np.float64(1e-9))],
    "truth": [True, False, None, True],
    "time": [datetime(2026, 11, 21, 8, 5, 0, 7, tzinfo=UTC), None, datetime(1969, 7, 20, tzinfo=UTC), None],
    "nothing": [None, None, None, None],
}


def test_table_is_the_one_that_pyarrow_makes():
    table = make_table(COLUMNS)
    assert table.to_pydict() == COLUMNS
    assert table.drop(["nothing"]).equals(pa.table(COLUMNS).drop(["nothing"]))
    table.validate(full=True)


def test_table_without_rows_has_its_columns():
    assert make_table({"a": [], "b": []}).column_names == ["a", "b"]


def test_something_else_is_refused():
    with pytest.raises(TypeError, match="expected texts, numbers or times, received"):
        make_table({"a": [object()]})  # pyright: ignore[reportArgumentType]


def test_rows_become_columns():
    rows = [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]
    assert make_table_of_rows(rows).to_pylist() == rows
    assert make_table_of_rows([]).num_rows == 0


@pytest.mark.parametrize(
    "show", ["vega_lite_chart(table, {'mark': 'bar'})", "dataframe(table, on_select='rerun')"]
)
def test_what_shows_it_loads_no_pandas(show: str):
    script = (
        "import sys, streamlit as st\n"
        "from digitcnn.web.tables import make_table\n"
        "table = make_table({'a': [1.0], 'b': ['x']})\n"
        f"st.{show}\n"
        "print('pandas' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
