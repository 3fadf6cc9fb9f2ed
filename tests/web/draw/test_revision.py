from typing import Any

from digitcnn.web.draw.history import History
from digitcnn.web.draw.revision import MAX_LEFT, Sheet, number_of_ground, take_over


def stroke(name: str) -> dict[str, Any]:
    return {"type": "Path", "stroke": name}


def message(sheet: Sheet, *names: str) -> dict[str, Any]:
    """As the canvas sends it: the strokes on a sheet, and the sheet's ground."""
    return {"objects": [stroke(name) for name in names], "background": sheet.ground}


def names(history: History) -> str:
    return "".join(str(entry["stroke"]) for entry in history.as_canvas()["objects"])


def turn(history: History, sheet: Sheet, new: History) -> tuple[History, Sheet]:
    return new, sheet.turn(len(history.now))


def test_ground_carries_the_number_of_its_sheet():
    sheet = Sheet()
    for _ in range(300):
        assert number_of_ground(sheet.ground) == sheet.number
        sheet = sheet.turn(0)
    assert number_of_ground(None) == number_of_ground("white") == 0


def test_strokes_of_the_present_sheet_are_steps():
    history, sheet = take_over(History(), Sheet(), message(Sheet(), "a"))
    history, sheet = take_over(history, sheet, message(sheet, "a", "b"))
    assert names(history) == "ab"
    assert names(history.undo()) == "a"


def test_drawing_that_the_canvas_gives_back_in_its_words_is_no_step():
    history, sheet = History.begin([stroke("a")]), Sheet().turn(0)
    again, heard = take_over(history, sheet, message(sheet, "A"))
    assert names(again) == "A"
    assert len(again.past) == len(history.past)
    assert heard.heard


def test_stroke_that_comes_with_the_canvas_own_words_is_one_step():
    history, sheet = History.begin([stroke("a")]), Sheet().turn(0)
    again, _ = take_over(history, sheet, message(sheet, "A", "b"))
    assert names(again) == "Ab"
    assert names(again.undo()) == "A"


def test_stroke_from_a_sheet_taken_away_goes_on_top_of_the_sample():
    history, old = take_over(History(), Sheet(), message(Sheet(), "a"))
    history, sheet = turn(history, old, history.change([stroke("s")]))
    history, newer = take_over(history, sheet, message(old, "a", "b"))
    assert names(history) == "sb"
    assert newer.number == sheet.number + 1
    assert names(history.undo()) == "s"
    assert names(history.undo().undo()) == "a"


def test_stroke_drawn_before_an_undo_is_seen_stays_and_the_undone_one_goes():
    history, old = take_over(History(), Sheet(), message(Sheet(), "a"))
    history, old = take_over(history, old, message(old, "a", "b"))
    history, sheet = turn(history, old, history.undo())
    history, _ = take_over(history, sheet, message(old, "a", "b", "c"))
    assert names(history) == "ac"


def test_late_message_counts_once_however_often_it_comes():
    history, old = take_over(History(), Sheet(), message(Sheet(), "a"))
    history, sheet = turn(history, old, History())
    for _ in range(2):
        history, sheet = take_over(history, sheet, message(old, "a", "b"))
    assert names(history) == "b"
    history, sheet = take_over(history, sheet, message(old, "a", "b", "c"))
    assert names(history) == "bc"


def test_late_message_without_news_changes_nothing():
    history, old = take_over(History(), Sheet(), message(Sheet(), "a"))
    history, sheet = turn(history, old, history.change([stroke("s")]))
    assert take_over(history, sheet, message(old, "a")) == (history, sheet)
    assert take_over(history, sheet, message(old)) == (history, sheet)


def test_message_of_a_sheet_long_gone_changes_nothing():
    history, first = take_over(History(), Sheet(), message(Sheet(), "a"))
    sheet = first
    for _ in range(MAX_LEFT + 1):
        sheet = sheet.turn(1)
    assert take_over(history, sheet, message(first, "a", "b")) == (history, sheet)
