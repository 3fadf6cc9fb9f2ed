import asyncio
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.load import slope_of
from benchmarks.speed.visitor import Visitor, stroke_object
from digitcnn.web.samples import sample_strokes
from testbed.server import start_server, wait_until_healthy

RECORDED: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "ink" / "canvas_drawings.json").read_text(encoding="utf-8")
)["drawn"]["json_data"]


def pen_points(path: list[list[Any]]) -> np.ndarray:
    """The points of the pen: the control points of a recorded path's curves, and its end."""
    return np.array([*(command[1:3] for command in path if command[0] == "Q"), path[-1][1:]])


@pytest.mark.parametrize("recorded", RECORDED["objects"], ids=lambda _: "stroke")
def test_a_stroke_is_said_as_a_real_canvas_says_it(recorded: dict[str, Any]):
    made = stroke_object(pen_points(recorded["path"]))
    assert list(made) == list(recorded)
    free = {"stroke", "strokeWidth", "left", "top", "width", "height", "path"}
    assert {name: made[name] for name in made if name not in free} == {
        name: recorded[name] for name in recorded if name not in free
    }
    for name in ("left", "top", "width", "height"):
        # Curves bend inside the points that they are made of.
        assert made[name] == pytest.approx(recorded[name], abs=2.0)
    assert [command[0] for command in made["path"]] == [command[0] for command in recorded["path"]]
    for ours, theirs in zip(made["path"], recorded["path"], strict=True):
        assert ours[1:] == pytest.approx(theirs[1:], abs=0.01)


@pytest.mark.slow
def test_a_visitor_without_a_browser_is_answered_stroke_by_stroke():
    async def visit(address: str) -> list[str]:
        async with Visitor(address) as visitor:
            await visitor.open("draw")
            seven, four = ([stroke_object(each) for each in sample_strokes(digit, 400)] for digit in (7, 4))
            said = [await visitor.draw(seven), await visitor.clear()]
            said += [await visitor.draw(four[:count]) for count in range(1, len(four) + 1)]
            return [answer.text for answer in said]

    with start_server() as server:
        wait_until_healthy(server)
        said = asyncio.run(visit(server.address))
        assert server.megabytes() > 50
    assert said[:2] == ["7", "Draw a digit and I will read it"]
    assert said[-1] == "4"


def test_growing_memory_has_a_slope_and_a_still_one_has_none():
    answers = np.arange(0, 2000, 10)
    growing = [(int(count), 180 + 0.01 * count) for count in answers]
    assert slope_of(growing) == pytest.approx((10.0, 0.0), abs=1e-6)
    noise = np.random.default_rng(0).normal(180, 1, len(answers))
    slope, error = slope_of(list(zip(answers.tolist(), noise.tolist(), strict=True)))
    assert abs(slope) < 3 * error
