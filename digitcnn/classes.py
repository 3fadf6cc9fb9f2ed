"""The names of what a model tells apart: the ten digits, unless its data set names others."""

from collections.abc import Sequence

DIGITS: tuple[str, ...] = tuple("0123456789")
"""The classes of MNIST, and of every run folder that names none."""

MAX_CLASSES = 100
"""Of a data set: a confusion matrix of more cannot be read on a screen."""

MAX_NAME = 40
"""Characters of a class name."""


def noun_of(classes: Sequence[str]) -> str:
    """What somebody draws for a model of these classes: "digit", "letter" or "character"."""
    if tuple(classes) == DIGITS:
        return "digit"
    return "letter" if all(len(name) == 1 and name.isalpha() for name in classes) else "character"


def are_classes(value: object) -> bool:
    """Whether a value that was read from a file is a list of class names: two or more, all different."""
    return (
        isinstance(value, list | tuple)
        and 2 <= len(value) <= MAX_CLASSES
        and all(isinstance(name, str) and 0 < len(name) <= MAX_NAME for name in value)
        and len(set(value)) == len(value)
    )
