"""Whose a run is, and what is said about it."""

from pathlib import Path

import pytest

from digitcnn.lab.runs.about import (
    FILE,
    MAX_TAGS,
    MAX_TITLE,
    About,
    may_end,
    owner_of,
    read_about,
    write_about,
)


def test_a_description_is_read_back_as_written(tmp_path: Path):
    said = About(owner_of("x"), "First try", "Long\nnotes", ("a", "b"))
    write_about(tmp_path, said)
    assert read_about(tmp_path) == said


def test_the_id_of_a_browser_does_not_stand_in_the_folder(tmp_path: Path):
    write_about(tmp_path, About(owner_of("secret-id")))
    assert "secret-id" not in (tmp_path / FILE).read_text()


def test_long_texts_are_cut_and_tags_stand_once(tmp_path: Path):
    write_about(tmp_path, About(title="x" * 200, tags=("a", " a", "", *map(str, range(50)))))
    said = read_about(tmp_path)
    assert (len(said.title), len(said.tags), said.tags[:2]) == (MAX_TITLE, MAX_TAGS, ("a", "0"))


@pytest.mark.parametrize("text", ["", "[]", '{"tags": 3}', '{"owner": 5, "title": []}'])
def test_a_broken_file_says_nothing(tmp_path: Path, text: str):
    (tmp_path / FILE).write_text(text)
    assert read_about(tmp_path) == About()


def test_only_the_owner_ends_a_run_unless_the_host_shares_all(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DIGITCNN_SHARED_RUNS", raising=False)
    mine = About(owner_of("me"))
    assert may_end(mine, owner_of("me"))
    assert not may_end(mine, owner_of("you"))
    assert not may_end(mine, None)
    assert not may_end(About(), None)
    monkeypatch.setenv("DIGITCNN_SHARED_RUNS", "on")
    assert may_end(mine, owner_of("you"))
