import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from digitcnn.lab.metrics.compared_runs import ComparedRun, RunRef, load_run
from digitcnn.lab.metrics.comparison import Pairing, pair
from digitcnn.lab.report.html import write_report
from digitcnn.lab.runs.run_table import Analysis, analyse
from digitcnn.run_folder import SHIPPED


@pytest.fixture(scope="module")
def runs() -> list[ComparedRun]:
    return [load_run(RunRef(name, str(SHIPPED / name), ())) for name in ("simple", "deeper")]


@pytest.fixture(scope="module")
def analyses(runs: list[ComparedRun]) -> list[Analysis]:
    return [analyse(run) for run in runs]


@pytest.fixture(scope="module")
def pairing(runs: list[ComparedRun]) -> Pairing:
    return pair(runs[0].predictions, runs[1].predictions)


class Tags(HTMLParser):
    """Collects the elements of a page, and checks that they close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "path", "polyline"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("path", "polyline"):
            assert self.open.pop() == tag


def parse(text: str) -> Tags:
    tags = Tags()
    tags.feed(text)
    tags.close()
    assert tags.open == []
    return tags


def test_comparison_report_holds_what_the_page_shows(
    runs: list[ComparedRun], analyses: list[Analysis], pairing: Pairing
):
    text = write_report(runs, analyses, [pairing], milliseconds=[0.1, 0.4])
    tags = parse(text)
    assert f"{abs(pairing.lead)} images apart of 10,000" in text
    assert text.count("<svg ") == 3
    assert text.count('class="matrix"') == 3
    assert all(analysis.report.text.split("\n")[2] in text for analysis in analyses)
    assert f"{analyses[0].calibration.error:.4f}" in text
    assert all(attributes.get("aria-label") for tag, attributes in tags.seen if tag == "svg")


def test_report_of_one_run_stands_alone(runs: list[ComparedRun], analyses: list[Analysis]):
    text = write_report(runs[:1], analyses[:1])
    parse(text)
    assert "simple reads 99." in text
    assert "McNemar" not in text


def test_report_asks_nothing_of_the_network(
    runs: list[ComparedRun], analyses: list[Analysis], pairing: Pairing
):
    text = write_report(runs, analyses, [pairing])
    tags = parse(text)
    assert {tag for tag, _ in tags.seen} & {
        "script",
        "img",
        "link",
        "iframe",
        "object",
        "base",
        "form",
    } == set()
    assert not [attributes for _, attributes in tags.seen if {"src", "href", "xlink:href"} & set(attributes)]
    assert "default-src 'none'" in text
    assert not re.search(r"url\(|@import|https?:", text)


def test_whatever_a_run_folder_says_is_text(runs: list[ComparedRun], analyses: list[Analysis]):
    evil = "<script>alert(1)</script>'\"&"
    record = replace(runs[0].record, preset=evil, settings={evil: evil}, versions={evil: evil})
    metrics = {"real_handwriting": {evil: {"accuracy": 0.5}}}
    run = replace(runs[0], label=evil, record=record, metrics=metrics)
    tags = parse(write_report([run], analyses[:1]))
    assert "script" not in {tag for tag, _ in tags.seen}
    assert {name for _, attributes in tags.seen for name in attributes if name.startswith("on")} == set()


def test_numbers_of_runs_and_pairings_must_fit(runs: list[ComparedRun], analyses: list[Analysis]):
    with pytest.raises(ValueError, match="a pairing per challenger"):
        write_report(runs, analyses)
