from typing import Any

from digitcnn.web.draw.history import MAX_STEPS, History


def strokes(count: int, *, color: str = "blue") -> list[dict[str, Any]]:
    return [{"type": "Path", "path": [["M", number, 0]], "stroke": color} for number in range(count)]


def test_undo_and_redo_go_back_and_forth():
    history = History().change(strokes(1)).change(strokes(2))
    assert len(history.undo().now) == 1
    assert len(history.undo().undo().now) == 0
    assert history.undo().undo().redo().redo().as_canvas() == {"objects": strokes(2)}


def test_strokes_that_came_together_are_undone_one_by_one():
    history = History().change(strokes(1)).change(strokes(4))
    lengths = [len(history.now)]
    while history.past:
        history = history.undo()
        lengths.append(len(history.now))
    assert lengths == [4, 3, 2, 1, 0]


def test_same_drawing_sent_twice_is_one_step():
    history = History().change(strokes(2))
    assert history.change(strokes(2)) is history


def test_clearing_is_undone_at_once():
    history = History.begin(strokes(3)).change([])
    assert len(history.undo().now) == 3


def test_drawing_anew_forgets_what_could_be_done_again():
    history = History.begin(strokes(3)).undo()
    assert len(history.future) == 1
    assert not history.change(strokes(1, color="red")).future


def test_nothing_to_undo_or_redo_changes_nothing():
    history = History()
    assert history.undo() is history
    assert history.redo() is history


def test_same_drawing_in_other_words_is_no_step():
    history = History.begin(strokes(2)).undo()
    said_again = history.restate([{**entry, "version": "7"} for entry in history.as_canvas()["objects"]])
    assert (said_again.past, said_again.future) == (history.past, history.future)


def test_steps_share_what_they_have_in_common():
    history = History().change(strokes(1)).change(strokes(2))
    assert history.undo().now[0] is history.now[0]


def test_memory_ends_after_fifty_steps():
    history = History()
    for count in range(1, 80):
        history = history.change(strokes(count))
    assert len(history.past) == MAX_STEPS
