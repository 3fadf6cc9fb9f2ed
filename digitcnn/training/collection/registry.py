"""The registry of data sets: what each is, the names of its classes, and how its images are loaded.

A recipe names one of them (`Recipe.data`). Those that people add are beside the runs (`own.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from digitcnn.classes import DIGITS
from digitcnn.errors import DatasetError
from digitcnn.training.collection import idx, own, pen_letters
from digitcnn.training.collection.idx import IdxSource
from digitcnn.training.datasets import (
    DigitSet,
    Split,
    find_data,
    keras_datasets,
    load_bundled_digits,
    load_local_mnist,
    load_mnist,
    split_at_random,
    split_mnist,
)

Pair = tuple[DigitSet, DigitSet]
"""Images to train and to test with."""


@dataclass(frozen=True)
class Dataset:
    """A data set that models can learn from.

    Attributes:
        name: in commands, settings and addresses.
        title: shown to people.
        about: what it is, who made it and its licence, in Markdown.
        classes: names of the answers.
        load: its training and test images from files on this machine, without a download or TensorFlow;
            None where it is not here.
        file: one of its files on this machine, or None.
        images: number of its training images.
        source: where it is downloaded from, where it is in IDX files.
        ink: whether it holds handwriting, as people draw and upload it.
        mirrors: whether an image and its mirror image are of one class, as with clothes.
        refuses: whether a model that learns from it has one more output, "not a digit".
        own: whether somebody added it here.
    """

    name: str
    title: str
    about: str
    classes: tuple[str, ...]
    load: Callable[[], Pair | None]
    file: Callable[[], Path | None]
    images: int
    source: IdxSource | None = None
    ink: bool = True
    mirrors: bool = False
    refuses: bool = False
    own: bool = False

    @property
    def outputs(self) -> int:
        """How many a model has that learns from it."""
        return len(self.classes) + self.refuses

    @property
    def is_here(self) -> bool:
        """Whether it can be read without a download."""
        return self.name == "bundled" or self.file() is not None


def list_datasets() -> list[Dataset]:
    """Those that come with the project, then those that people added here, by name."""
    return [*BUILT_IN.values(), *(_as_dataset(each) for each in own.list_own())]


def find_dataset(name: str) -> Dataset:
    """The data set of this name.

    Raises:
        DatasetError: there is none, or its files are broken.
    """
    if name in BUILT_IN:
        return BUILT_IN[name]
    if own.is_own(name):
        return _as_dataset(own.read_own(name))
    known = ", ".join([*BUILT_IN, *(each.name for each in own.list_own())])
    raise DatasetError(
        f"There is no data set {name!r} here; there are: {known}. Add one with `digitcnn data add NAME PATH`."
    )


def load_dataset(name: str) -> Pair:
    """Training and test images of a data set, each with `classes`; downloads what is missing.

    Raises:
        DatasetError: there is no such set, or it is not here and cannot be downloaded, or it is broken.
    """
    dataset = find_dataset(name)
    if (found := dataset.load()) is not None:
        return found
    if dataset.source is not None:
        idx.fetch(dataset.source, lambda done, doing: None)
        if (found := dataset.load()) is not None:
            return found
    if dataset.classes == DIGITS and not dataset.own:
        return load_mnist()
    raise DatasetError(f"{dataset.title} is not on this machine: {how_to_get(dataset)}.")


def how_to_get(dataset: Dataset) -> str:
    """What to do where a data set is missing, as the rest of a sentence."""
    if dataset.name == "letters":
        return f"set DIGITCNN_DATA to a folder that holds {pen_letters.FILE} and start again"
    return f"download it with `digitcnn data fetch {'mnist' if dataset.refuses else dataset.name}`"


def split_dataset(name: str, validation_split: float, images: int | None, seed: int) -> Split:
    """The images of a training.

    Args:
        name: of the data set.
        validation_split: fraction of the training images that is held out, where no writers are known.
        images: how many of the training images are used; None for all.
        seed: of the choice, the split, and of pens and tremor where strokes are drawn.

    Raises:
        DatasetError: as for `load_dataset`.
    """
    if name == "handwriting":
        from digitcnn.training.handwriting import split_handwriting

        return split_handwriting(seed=seed, images=images)
    if name == "mnist":
        return split_mnist(validation_split, images, seed)
    if name == "letters":
        return pen_letters.split_letters(seed, images)
    return split_at_random(*load_dataset(name), validation_split, images, seed)


def _find_mnist() -> Path | None:
    downloaded = keras_datasets() / "mnist.npz"
    return find_data("mnist.npz") or (downloaded if downloaded.is_file() else None)


def _find_idx(source: IdxSource) -> Path | None:
    files = idx.find_files(source)
    return files["train images"] if files else None


def _load_letters() -> Pair | None:
    return pen_letters.load_both() if pen_letters.find_file() else None


def _idx_dataset(
    name: str, source: IdxSource, about: str, *, ink: bool = True, mirrors: bool = False
) -> Dataset:
    return Dataset(
        name,
        source.title,
        about,
        source.classes,
        load=lambda: idx.read_local(source),
        file=lambda: _find_idx(source),
        images=source.images,
        source=source,
        ink=ink,
        mirrors=mirrors,
    )


def _as_dataset(found: own.OwnSet) -> Dataset:
    return Dataset(
        found.name,
        found.name,
        f"Added here: {found.origin}.",
        found.classes,
        load=lambda: own.load_own(found.name),
        file=lambda: own.images_file(found.name),
        images=found.images,
        ink=found.ink,
        own=True,
    )


BUILT_IN: dict[str, Dataset] = {
    dataset.name: dataset
    for dataset in (
        Dataset(
            "mnist",
            "MNIST",
            "Digits that people wrote on forms, scanned, fitted into 20 × 20 pixels and centered by their "
            "mass. Nearly everybody's first digit reader learns from them. "
            "[MNIST](http://yann.lecun.com/exdb/mnist/) by Y. LeCun, C. Cortes and C. Burges, CC BY-SA 3.0.",
            DIGITS,
            load=load_local_mnist,
            file=_find_mnist,
            images=60_000,
        ),
        Dataset(
            "handwriting",
            "Handwriting mix",
            "MNIST, digits as pen strokes, scans, and ink that is not a digit, so that a model learns to "
            "refuse. Its test set is MNIST's.",
            DIGITS,
            load=load_local_mnist,
            file=_find_mnist,
            images=121_000,
            refuses=True,
        ),
        _idx_dataset(
            "fashion-mnist",
            idx.FASHION,
            "Pictures of clothes and shoes in MNIST's form, for which ten classes are harder to tell apart. "
            "[Fashion-MNIST](https://github.com/zalandoresearch/fashion-mnist) by H. Xiao, K. Rasul and "
            "R. Vollgraf, MIT licence.",
            ink=False,
            mirrors=True,
        ),
        Dataset(
            "letters",
            "Letters",
            "Letters written with a pen on a tablet and kept as strokes, drawn with the pen of Draw. "
            "Cases of one shape, such as C and c, are one class; the test writers wrote nothing to train on. "
            "UNIPEN, International Unipen Foundation, CC BY 4.0.",
            pen_letters.CLASSES,
            load=_load_letters,
            file=pen_letters.find_file,
            images=40_000,
        ),
        _idx_dataset(
            "kmnist",
            idx.KMNIST,
            "Ten Japanese characters in old cursive writing, cut out of books. "
            "[KMNIST](http://codh.rois.ac.jp/kmnist/) by T. Clanuwat and others, CC BY-SA 4.0.",
        ),
        _idx_dataset(
            "emnist-letters",
            idx.EMNIST,
            "The letters that people wrote on the same forms as MNIST's digits, upper and lower case as one "
            "class. [EMNIST](https://www.nist.gov/itl/products-and-services/emnist-dataset) by G. Cohen and "
            "others.",
        ),
        Dataset(
            "bundled",
            "scikit-learn's digits",
            "Scanned digits of 8 × 8 pixels, made into 28 × 28 as the models want them. They come with "
            "scikit-learn and stand in for MNIST. [UCI's optical digits](https://doi.org/10.24432/C50P49) by "
            "E. Alpaydin and C. Kaynak, CC BY 4.0.",
            DIGITS,
            load=load_bundled_digits,
            file=lambda: None,
            images=1_437,
        ),
    )
}
"""The data sets that come with the project, by name."""
