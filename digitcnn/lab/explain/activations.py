"""The activations of a model for one digit, and its occlusion sensitivity; LiteRT computes both."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from digitcnn.confidence import calibrate_confidence
from digitcnn.errors import RunFolderError
from digitcnn.ink.house_digit import SIDE
from digitcnn.lab.explain.layers import Layer
from digitcnn.recognition.model import Recognizer
from digitcnn.run_folder import RunFolder

Cover = Literal["paper", "ink"]

PATCH = 5
"""Height and width of the patch that covers a digit, in pixels: about twice a pen's width."""

_STEP = 2
_CENTERS = np.arange(0, SIDE, _STEP)


@dataclass(frozen=True, eq=False)
class Occlusion:
    """How an answer changes when a small patch covers the digit, here and there.

    Attributes:
        answer: the class that is followed; the number of classes for "not a digit".
        confidence: of the whole digit being `answer`, a fraction 0-1.
        change: (28, 28) float32: decrease of the log10 odds of the answer, averaged over the patches that
            cover this pixel; negative where the odds rise.
        weakest: (row, column) of the center of the patch that lowers the odds most.
        weakest_confidence: the confidence under that patch.
        weakest_answer: the model's answer under that patch.
    """

    answer: int
    confidence: float
    change: np.ndarray
    weakest: tuple[int, int]
    weakest_confidence: float
    weakest_answer: int


def measure_occlusion(
    folder: RunFolder,
    pixels: np.ndarray,
    *,
    cover: Cover = "paper",
    answer: int | None = None,
    confidence: float | None = None,
) -> Occlusion:
    """Covers a digit patch by patch, 196 times, and asks the model each time, all in one batch.

    Args:
        folder: of a trained model.
        pixels: (28, 28) house digit in 0-1.
        cover: "paper" removes ink and shows which ink the answer depends on; "ink" adds some and shows
            which gaps it depends on.
        answer: the class to follow, by default the likeliest; also where the model lacks that class.
        confidence: of `answer`, where the reader has it from several views of the digit (test-time
            augmentation); by default the model's own for the one view.

    Raises:
        ModelNotFoundError: the folder holds no trained model.

    Source: M. Zeiler, R. Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014.
    """
    covered = _patches()
    batch = np.where(covered, np.float32(cover == "ink"), pixels.astype(np.float32))
    # Not the shared recognizer of the pages: it would keep the memory of this large batch.
    raw = Recognizer(folder.tflite_file).predict(np.concatenate([pixels[np.newaxis], batch]))
    record = folder.read_record()
    probabilities = calibrate_confidence(raw.astype(np.float64), record.temperature, record.refusal_bias)
    if answer is not None and answer >= probabilities.shape[1]:
        answer = confidence = None  # This model has no output for "not a digit".
    target = int(probabilities[0].argmax()) if answer is None else answer
    others = np.delete(probabilities, target, axis=1).sum(axis=1)
    odds = np.log10(probabilities[:, target]) - np.log10(others)
    falls = odds[0] - odds[1:]
    change = np.einsum("n,nyx->yx", falls, covered) / covered.sum(axis=0)
    weakest = int(falls.argmax())
    rows, columns = np.divmod(weakest, len(_CENTERS))
    confidence = float(probabilities[0, target]) if confidence is None else confidence
    # The patch lowers the odds by the same factor, whatever they were before.
    left = np.log10(confidence / max(1.0 - confidence, 1e-12)) - falls[weakest]
    return Occlusion(
        answer=target,
        confidence=confidence,
        change=change.astype(np.float32),
        weakest=(int(_CENTERS[rows]), int(_CENTERS[columns])),
        weakest_confidence=float(1.0 / (1.0 + 10.0**-left)),
        weakest_answer=int(probabilities[1 + weakest].argmax()),
    )


def capture_outputs(folder: RunFolder, layers: Sequence[Layer], pixels: np.ndarray) -> dict[str, np.ndarray]:
    """The outputs of a model's layers for one digit.

    LiteRT fuses some layers, such as a convolution with the batch normalization and the ReLU after it: only
    the last of them has an output.

    Args:
        folder: of a trained model.
        layers: of the same model (`read_layers`).
        pixels: (28, 28) house digit in 0-1.

    Returns:
        By the layer's name, in order: float32, (height, width, channels) or (values,).

    Raises:
        RunFolderError: the model's file is missing or broken.
    """
    try:
        # The default delegate would fuse more layers and hide its tensors.
        interpreter = Interpreter(
            model_path=str(folder.tflite_file),
            num_threads=1,
            experimental_preserve_all_tensors=True,
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        interpreter.allocate_tensors()
        (door,), (end,) = interpreter.get_input_details(), interpreter.get_output_details()
        interpreter.set_tensor(door["index"], pixels.astype(np.float32).reshape(1, SIDE, SIDE, 1))
        interpreter.invoke()
        tensors = _find_tensors(interpreter.get_tensor_details(), layers) | {len(layers) - 1: end["index"]}
        outputs = {at: interpreter.get_tensor(tensor)[0].copy() for at, tensor in tensors.items()}
    except (ValueError, RuntimeError, OSError) as error:
        raise RunFolderError(f"{folder.tflite_file} cannot be examined: {error}.") from None
    return {layers[at].name: outputs[at] for at in sorted(outputs) if outputs[at].shape == layers[at].shape}


def _find_tensors(details: Sequence[Mapping[str, Any]], layers: Sequence[Layer]) -> dict[int, int]:
    """The index of the tensor with each layer's output, by the layer's position.

    A tensor is named after all operations that were fused into it, such as
    "simple_1/conv2d_1/Relu;simple_1/conv2d_1/BiasAdd": it holds the output of the last layer among them.
    """
    tags_of: dict[int, list[str]] = {}
    for detail in sorted(details, key=lambda each: each["index"]):
        signature = detail["shape_signature"]
        # The product in batch normalization, and the first half of a separable convolution.
        parts = detail["name"].split(";")
        intermediate = all(re.search(r"/(mul_1|depthwise\d*)$", part) for part in parts)
        if len(signature) and signature[0] == -1 and not intermediate:
            tags_of[detail["index"]] = re.findall(r"(?:^|;)[^/;]+/([^/;]+)/", detail["name"])
    known = _match_tags([tag for tags in tags_of.values() for tag in tags], layers)
    found = {}
    for index, tags in tags_of.items():
        if fused := [known[tag] for tag in tags if tag in known]:
            found[max(fused)] = index
    return _move_behind_folded(found, set(known.values()), layers)


def _match_tags(tags: Sequence[str], layers: Sequence[Layer]) -> dict[str, int]:
    """The position of the layer that each tag of a tensor names.

    A tag is the layer's name and one more number, as a rule. Where the model was built anew in between, its
    numbers differ, but their order is the same.
    """
    kinds = {_without_number(layer.name) for layer in layers}
    ours = list(dict.fromkeys(tag for tag in tags if _without_number(tag) in kinds))
    at_name = {layer.name: at for at, layer in enumerate(layers)}
    exact = {tag: at_name[name] for tag in ours if (name := re.sub(r"_\d+$", "", tag)) in at_name}
    if len(set(exact.values())) == len(ours):
        return exact
    places: dict[str, list[int]] = {}
    for at, layer in enumerate(layers):
        places.setdefault(_without_number(layer.name), []).append(at)
    return {tag: left.pop(0) for tag in ours if (left := places[_without_number(tag)])}


def _move_behind_folded(found: dict[int, int], named: set[int], layers: Sequence[Layer]) -> dict[int, int]:
    """Gives the output of a layer to the batch normalization that was folded into its weights.

    Nothing is named after such a normalization: its scale and shift became the layer's own.
    """
    followers = {layer.inputs: at for at, layer in enumerate(layers) if layer.kind == "BatchNormalization"}
    moved = {}
    for at, tensor in found.items():
        follower = followers.get((layers[at].name,))
        moved[at if follower is None or follower in named else follower] = tensor
    return moved


def _without_number(name: str) -> str:
    return re.sub(r"(_\d+)+$", "", name)


def _patches() -> np.ndarray:
    """(196, 28, 28) bool: the pixels that each patch covers, patches row by row."""
    near = np.abs(np.arange(SIDE) - _CENTERS[:, np.newaxis]) <= PATCH // 2
    return (near[:, np.newaxis, :, np.newaxis] & near[np.newaxis, :, np.newaxis, :]).reshape(-1, SIDE, SIDE)
