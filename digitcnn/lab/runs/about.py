"""What people say about a run: whose it is, its title, notes and tags, in `about.json` of its folder."""

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from digitcnn.file_cache import cached_by_file
from digitcnn.run_folder import write_json

FILE = "about.json"

OWNER = "DIGITCNN_OWNER"
"""The environment variable with the owner of the runs that a sweep begins."""

MAX_TITLE, MAX_NOTES, MAX_TAGS = 60, 2000, 12
"""Characters of a title or a tag, characters of notes, and number of tags at most."""


@dataclass(frozen=True)
class About:
    """What people say about a run.

    Attributes:
        owner: `owner_of` the browser that began it; None for the command line, whose runs are the host's.
        title: a name for people; "" where the folder's name is enough.
        notes: free text.
        tags: words to find it by.
    """

    owner: str | None = None
    title: str = ""
    notes: str = ""
    tags: tuple[str, ...] = ()


def owner_of(browser: str) -> str:
    """The hash of a browser's secret id: whoever reads a run folder cannot pass for its owner."""
    return hashlib.sha256(browser.encode()).hexdigest()


def may_end(about: About, owner: str | None) -> bool:
    """Whether the browser of this owner may stop, delete and describe the run.

    `DIGITCNN_SHARED_RUNS=on` allows it to everybody.
    """
    shared = os.environ.get("DIGITCNN_SHARED_RUNS", "off").lower() in ("on", "1", "yes", "true")
    return shared or (about.owner is not None and about.owner == owner)


def read_about(run: Path) -> About:
    """What is said about the run in this folder; nothing where the file is missing or broken."""
    return _read(run / FILE)


def write_about(run: Path, about: About) -> None:
    """Replaces what is said about a run; longer texts are cut.

    Raises:
        OSError: it cannot be written.
    """
    tags = tuple(dict.fromkeys(tag.strip()[:MAX_TITLE] for tag in about.tags if tag.strip()))
    cut = About(
        about.owner, about.title.strip()[:MAX_TITLE], about.notes.strip()[:MAX_NOTES], tags[:MAX_TAGS]
    )
    write_json(run / FILE, asdict(cut))


@cached_by_file(maxsize=2048)
def _read(path: Path) -> About:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        tags = tuple(tag for tag in data.get("tags", ()) if isinstance(tag, str))
        texts = {key: data[key] for key in ("owner", "title", "notes") if isinstance(data.get(key), str)}
        return About(**texts, tags=tags)
    except (OSError, ValueError, TypeError, AttributeError):
        return About()
