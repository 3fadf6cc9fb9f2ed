"""Names of files in Markdown."""

import re

_MARKUP = re.compile(r"([!-/:-@\[-`{-~])")


def as_text(words: str) -> str:
    """Escapes words for a place that takes Markdown: they are shown as they are."""
    return _MARKUP.sub(r"\\\1", " ".join(words.split()))
