from typing import Any

from digitcnn.web.draw.history import History
from digitcnn.web.draw.revision import MAX_LEFT, Revision, parse_tag, take_over


def stroke(name: str) -> dict[str, Any]:
    return {"type": "Path", "stroke": name}


def message(revision: Revision, *names: str) -> dict[str, Any]:
    """As the canvas sends it: the strokes on a revision, and the revision's tag."""
    return {"objects": [stroke(name) for name in names], "background": revision.tag}


def names(history: History) -> str:
    return "".join(str(entry["stroke"]) for entry in history.as_canvas()["objects"])


def replace(history: History, revision: Revision, new: History) -> tuple[History, Revision]:
    return new, revision.next(len(history.now))


def test_tag_carries_the_number_of_its_sheet():
    revision = Revision()
    for _ in range(300):
        assert parse_tag(revision.tag) == revision.number
        revision = revision.next(0)
    assert parse_tag(None) == parse_tag("white") == 0


def test_strokes_of_the_present_sheet_are_steps():
    history, revision = take_over(History(), Revision(), message(Revision(), "a"))
    history, revision = take_over(history, revision, message(revision, "a", "b"))
    assert names(history) == "ab"
    assert names(history.undo()) == "a"


def test_drawing_that_the_canvas_gives_back_in_its_words_is_no_step():
    history, revision = History.begin([stroke("a")]), Revision().next(0)
    again, heard = take_over(history, revision, message(revision, "A"))
    assert names(again) == "A"
    assert len(again.past) == len(history.past)
    assert heard.heard


def test_stroke_that_comes_with_the_canvas_own_words_is_one_step():
    history, revision = History.begin([stroke("a")]), Revision().next(0)
    again, _ = take_over(history, revision, message(revision, "A", "b"))
    assert names(again) == "Ab"
    assert names(again.undo()) == "A"


def test_stroke_from_a_sheet_taken_away_goes_on_top_of_the_sample():
    history, old = take_over(History(), Revision(), message(Revision(), "a"))
    history, revision = replace(history, old, history.change([stroke("s")]))
    history, newer = take_over(history, revision, message(old, "a", "b"))
    assert names(history) == "sb"
    assert newer.number == revision.number + 1
    assert names(history.undo()) == "s"
    assert names(history.undo().undo()) == "a"


def test_stroke_drawn_before_an_undo_is_seen_stays_and_the_undone_one_goes():
    history, old = take_over(History(), Revision(), message(Revision(), "a"))
    history, old = take_over(history, old, message(old, "a", "b"))
    history, revision = replace(history, old, history.undo())
    history, _ = take_over(history, revision, message(old, "a", "b", "c"))
    assert names(history) == "ac"


def test_late_message_counts_once_however_often_it_comes():
    history, old = take_over(History(), Revision(), message(Revision(), "a"))
    history, revision = replace(history, old, History())
    for _ in range(2):
        history, revision = take_over(history, revision, message(old, "a", "b"))
    assert names(history) == "b"
    history, revision = take_over(history, revision, message(old, "a", "b", "c"))
    assert names(history) == "bc"


def test_late_message_without_news_changes_nothing():
    history, old = take_over(History(), Revision(), message(Revision(), "a"))
    history, revision = replace(history, old, history.change([stroke("s")]))
    assert take_over(history, revision, message(old, "a")) == (history, revision)
    assert take_over(history, revision, message(old)) == (history, revision)


def test_message_of_a_sheet_long_gone_changes_nothing():
    history, first = take_over(History(), Revision(), message(Revision(), "a"))
    revision = first
    for _ in range(MAX_LEFT + 1):
        revision = revision.next(1)
    assert take_over(history, revision, message(first, "a", "b")) == (history, revision)
