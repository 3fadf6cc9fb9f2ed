"""`digitcnn serve` passes its address on, and refuses one that is not valid."""

from typing import Any

import pytest

from digitcnn.api import serve
from digitcnn.cli import main


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], ("127.0.0.1", 8501, "")),
        (["--port", "80", "--host", "0.0.0.0"], ("0.0.0.0", 80, "")),
        (["--base-path", "/tools/digits/"], ("127.0.0.1", 8501, "tools/digits")),
        (["--base-path", "/"], ("127.0.0.1", 8501, "")),
    ],
)
def test_it_serves_at_the_given_address(
    words: list[str], expected: tuple[str, int, str], monkeypatch: pytest.MonkeyPatch
):
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(
        serve, "serve", lambda *, host, port, base_path: asked.append((host, port, base_path))
    )
    assert main(["serve", *words]) == 0
    assert asked == [expected]


@pytest.mark.parametrize(
    "words", [["--port", "0"], ["--port", "x"], ["--base-path", "a//b"], ["--base-path", "../a"]]
)
def test_an_invalid_port_or_path_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(["serve", *words])
    assert ended.value.code == 2
    assert f"received {words[1]!r}" in capsys.readouterr().err
