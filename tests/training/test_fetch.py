import hashlib
import json
from pathlib import Path

import pytest

from digitcnn.errors import DatasetError
from digitcnn.training import fetch


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the download is to be kept."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("DIGITCNN_DATA", raising=False)
    return tmp_path / "keras" / "datasets" / "mnist.npz"


def test_a_checked_download_is_kept_where_keras_keeps_it(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    source = tmp_path / "source.npz"
    source.write_bytes(bytes(200_000))
    monkeypatch.setattr(fetch, "MNIST_SHA256", hashlib.sha256(source.read_bytes()).hexdigest())
    told: list[float] = []
    assert fetch.fetch_mnist(lambda done, _: told.append(done), url=source.as_uri()) == kept
    assert kept.read_bytes() == source.read_bytes()
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_another_file_is_not_kept(kept: Path, tmp_path: Path):
    (tmp_path / "other.npz").write_bytes(b"something else")
    with pytest.raises(DatasetError, match="is not MNIST"):
        fetch.fetch_mnist(lambda *_: None, url=(tmp_path / "other.npz").as_uri())
    assert list(kept.parent.iterdir()) == []


def test_without_a_network_the_command_says_what_to_do(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(fetch.fetch_mnist, "__kwdefaults__", {"url": (tmp_path / "nowhere").as_uri()})
    assert fetch.main(["mnist"]) == 1
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said["error"].startswith("MNIST could not be downloaded")
    assert not kept.exists()
