"""A visitor of the Draw page without a browser: speaks the protocol between Streamlit's page and its server.

It sends what a browser sends when somebody draws: the canvas component's value, the visitor's other widgets,
and the fragment to run again. `tests/benchmarks` compares the drawing with one from a real browser.
"""

import json
import re
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

CANVAS, CLEAR = "draw.canvas-draw-paper", "draw.clear"

_ANSWER = re.compile(r'<p class="(?:read|words)">([^<]*)</p>')
_OBJECT: dict[str, Any] = {
    **dict.fromkeys(("lockMovementX", "lockMovementY", "lockRotation", "lockScalingX"), False),
    **dict.fromkeys(("lockScalingY", "lockSkewingX", "lockSkewingY", "lockScalingFlip"), False),
    **{"type": "Path", "version": "7.4.0", "originX": "center", "originY": "center"},
    **{"left": 0.0, "top": 0.0, "width": 0.0, "height": 0.0, "fill": None, "stroke": "#3D74EE"},
    **{"strokeWidth": 16, "strokeDashArray": None, "strokeLineCap": "round", "strokeDashOffset": 0},
    **{"strokeLineJoin": "round", "strokeUniform": False, "strokeMiterLimit": 10, "scaleX": 1, "scaleY": 1},
    **{"angle": 0, "flipX": False, "flipY": False, "opacity": 1, "shadow": None, "visible": True},
    **{"backgroundColor": "", "fillRule": "nonzero", "paintFirst": "fill"},
    **{"globalCompositeOperation": "source-over", "skewX": 0, "skewY": 0, "path": []},
}
"""The properties that the canvas sends with every stroke."""


@dataclass(frozen=True)
class Answer:
    """The page's answer.

    Attributes:
        text: as the page shows it: a digit, or words.
        seconds: from sending to the answer's arrival.
        whole: from sending to the end of the rerun, when everything below the answer is there, too.
    """

    text: str
    seconds: float
    whole: float


class Visitor:
    """One session: `async with Visitor(address) as visitor`."""

    def __init__(self, address: str):
        self._uri = address.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket: ClientConnection
        self._kept: dict[str, ForwardMsg] = {}
        self._widgets: dict[str, WidgetState] = {}
        self._identities: dict[str, str] = {}
        self._page = self._fragment = self._ground = ""

    async def __aenter__(self) -> Self:
        self._socket = await connect(
            self._uri,
            subprotocols=[Subprotocol("streamlit")],
            max_size=None,
            open_timeout=120,
            ping_interval=None,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._socket.close()

    async def open(self, page: str) -> None:
        """Opens a page, as its address typed into a browser does."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.widget_states.SetInParent()
        await self._ask(message)

    async def draw(self, objects: list[dict[str, Any]]) -> Answer:
        """Sends everything that is on the canvas, and waits for the answer."""
        raw: dict[str, Any] = {"version": "7.4.0", "objects": objects}
        if self._ground:
            raw["background"] = self._ground
        value = {"drawing": {"raw": raw, "data": None}}
        identity = self._identities[CANVAS]
        self._widgets[identity] = WidgetState(
            id=identity, json_value=json.dumps(value, separators=(",", ":"))
        )
        return await self._rerun()

    async def clear(self) -> Answer:
        """Presses Clear."""
        return await self._rerun(WidgetState(id=self._identities[CLEAR], trigger_value=True))

    async def _rerun(self, *pressed: WidgetState) -> Answer:
        message = BackMsg()
        message.rerun_script.page_script_hash = self._page
        message.rerun_script.fragment_id = self._fragment
        message.rerun_script.widget_states.widgets.extend([*self._widgets.values(), *pressed])
        return await self._ask(message)

    async def _ask(self, message: BackMsg) -> Answer:
        sent = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        text, seconds = "", float("nan")
        while True:
            received = self._look_up(ForwardMsg.FromString(_as_bytes(await self._socket.recv())))
            kind = received.WhichOneof("type")
            if kind == "new_session":
                self._page = received.new_session.page_script_hash
            elif kind == "delta":
                self._note(received.delta)
                if found := _ANSWER.search(received.delta.new_element.html.body):
                    text, seconds = found[1], time.perf_counter() - sent
                if received.delta.new_element.HasField("exception"):
                    raise RuntimeError(received.delta.new_element.exception.message)
            elif kind == "script_finished":
                if received.script_finished in _DONE:
                    return Answer(text, seconds, time.perf_counter() - sent)
                if received.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                    raise RuntimeError("the page could not be run")

    def _look_up(self, message: ForwardMsg) -> ForwardMsg:
        """The message, or the earlier one that it refers to."""
        if message.HasField("ref_hash"):
            return self._kept[message.ref_hash]
        if message.metadata.cacheable:
            self._kept[message.hash] = message
        return message

    def _note(self, delta: Delta) -> None:
        """Remembers an element's identity, value and fragment, as a browser does."""
        element = delta.new_element
        kind = element.WhichOneof("type")
        widget = getattr(element, kind) if kind else None
        identity = getattr(widget, "id", "")
        if not widget or not identity:
            return
        self._identities[identity.split("-", 2)[-1]] = identity
        if kind == "bidi_component":
            self._fragment = delta.fragment_id
            if identity.endswith(CANVAS):
                self._ground = json.loads(element.bidi_component.json)["backgroundColor"]
        elif kind == "button_group" and identity not in self._widgets:
            state = WidgetState(id=identity)
            state.string_array_value.data.extend(widget.options[index].content for index in widget.default)
            self._widgets[identity] = state
        elif kind == "selectbox" and identity not in self._widgets:
            self._widgets[identity] = WidgetState(id=identity, string_value=widget.options[widget.default])


_DONE = {ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY}


def stroke_object(points: np.ndarray) -> dict[str, Any]:
    """A stroke as the canvas component sends it: a path of curves from middle to middle of the points.

    Args:
        points: (n, 2), where the pen was, in canvas pixels; n at least 2.
    """
    x, y = points[:, 0].tolist(), points[:, 1].tolist()
    path: list[list[Any]] = [["M", x[0], y[0]]]
    for at in range(len(points) - 1):
        path.append(["Q", x[at], y[at], (x[at] + x[at + 1]) / 2, (y[at] + y[at + 1]) / 2])
    path.append(["L", x[-1], y[-1]])
    low, high = points.min(axis=0), points.max(axis=0)
    (left, top), (width, height) = ((low + high) / 2).tolist(), (high - low).tolist()
    return _OBJECT | {"left": left, "top": top, "width": width, "height": height, "path": path}


def _as_bytes(message: str | bytes) -> bytes:
    return message.encode() if isinstance(message, str) else message
