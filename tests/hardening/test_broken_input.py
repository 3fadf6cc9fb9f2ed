"""A short version of what scripts/fuzz.py does for longer."""

import pytest

from scripts.fuzz import fuzz
from scripts.fuzzed_parsers import PARSERS


@pytest.mark.parametrize("parser", PARSERS)
def test_broken_input_is_read_or_refused(parser: str):
    outcome = fuzz(parser, tries=15 if parser == "pictures" else 40, seed=1)
    assert outcome.faults == []
    assert outcome.refused
