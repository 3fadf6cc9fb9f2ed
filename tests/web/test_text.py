from itertools import pairwise

import pytest

from digitcnn.web.text import escape_markdown, format_agreement, format_confidence, format_percent


@pytest.mark.parametrize(
    ("fraction", "said"),
    [
        (0.0, "under 0.1 %"),
        (0.0001, "under 0.1 %"),
        (0.624, "62.4 %"),
        (0.9994, "99.9 %"),
        (0.99999, "over 99.9 %"),
        (1.0, "over 99.9 %"),
    ],
)
def test_no_confidence_reads_as_certain(fraction: float, said: str):
    assert format_percent(fraction) == said


def test_less_confidence_is_never_said_stronger():
    words = [format_confidence(percent / 100) for percent in range(101)]
    assert words[0] == "guessing"
    assert words[-1] == "very sure"
    assert len(set(words)) == sum(one != other for one, other in pairwise(words)) + 1


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({}, ""),
        ({"simple": 7}, ""),
        ({"deeper": 7, "simple": 7}, "Both models read 7."),
        ({"reader": None, "deeper": None, "simple": None}, "All 3 models refuse it."),
        (
            {"reader": 7, "deeper": 7, "simple": 1},
            "They disagree: reader and deeper read 7; simple reads 1.",
        ),
        ({"reader": None, "deeper": 7}, "They disagree: reader refuses it; deeper reads 7."),
    ],
)
def test_agreement_is_said_in_one_sentence(labels: dict[str, int | None], said: str):
    assert format_agreement(labels) == said


def test_text_from_elsewhere_is_shown_as_it_is():
    assert escape_markdown("a *b*\n[c](d) :red[e] $f$") == r"a \*b\* \[c\]\(d\) \:red\[e\] \$f\$"
