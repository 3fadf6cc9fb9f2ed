"""Reads handwritten digits, and trains and compares the CNNs that do.

>>> from digitcnn import DigitReader
>>> DigitReader().read_image("number.jpg").text  # doctest: +SKIP
'2026'
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digitcnn.recognition.reader import DigitReader
    from digitcnn.recognition.reading import Digit, Reading

__all__ = ["Digit", "DigitReader", "Reading"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Looked up on first use, so that `python -m digitcnn train` starts without LiteRT.
    if name in __all__:
        from digitcnn.recognition import reader

        return getattr(reader, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
