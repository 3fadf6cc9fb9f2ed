"""Memory of the web server: idle, drawn on, with more visitors, and with every page visited once."""

import asyncio
from contextlib import AsyncExitStack

from benchmarks.speed.figures import Figure
from benchmarks.speed.visitor import Visitor, stroke_object
from digitcnn.web.samples import sample_strokes
from testbed.server import Server, start_server, wait_until_healthy

ANSWERS, FURTHER = 100, 20
PAGES = ("", "draw", "upload", "model_lab", "data")


def measure() -> list[Figure]:
    """Measures one server after another; further visitors open Draw, draw a digit and stay."""
    with start_server() as server:
        wait_until_healthy(server)
        idle = server.megabytes()
        drawn, further = asyncio.run(_draw_and_bring_friends(server))
    with start_server() as server:
        wait_until_healthy(server)
        visited = asyncio.run(_visit_every_page(server))
    return [
        Figure("server, idle", idle, "MB"),
        Figure(f"server, after {ANSWERS} answers on Draw", drawn, "MB"),
        Figure(f"each further visitor, of {FURTHER}, with a digit drawn", further, "MB"),
        Figure(f"server, every page visited, {ANSWERS} answers", visited, "MB"),
    ]


async def answer(visitor: Visitor, times: int) -> None:
    """Draws digits as a visitor, each on a clear canvas."""
    for turn in range(times):
        objects = [stroke_object(stroke + turn % 13) for stroke in sample_strokes(turn % 10, 380)]
        await visitor.draw(objects)
        await visitor.clear()


async def _draw_and_bring_friends(server: Server) -> tuple[float, float]:
    async with AsyncExitStack() as staying:
        first = await staying.enter_async_context(Visitor(server.address))
        await first.open("draw")
        await answer(first, ANSWERS)
        alone = server.megabytes()
        for _ in range(FURTHER):
            friend = await staying.enter_async_context(Visitor(server.address))
            await friend.open("draw")
            await friend.draw([stroke_object(stroke) for stroke in sample_strokes(4, 400)])
        return alone, (server.megabytes() - alone) / FURTHER


async def _visit_every_page(server: Server) -> float:
    async with Visitor(server.address) as visitor:
        for page in PAGES:
            await visitor.open(page)
        await visitor.open("draw")
        await answer(visitor, ANSWERS)
        return server.megabytes()
