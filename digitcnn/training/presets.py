"""Presets: an architecture and a training recipe under one name."""

from dataclasses import dataclass
from typing import Literal

from digitcnn.training.networks import of_presets as networks
from digitcnn.training.networks.of_presets import Network

Schedule = Literal["constant", "cosine", "one-cycle", "steps"]
Optimizer = Literal["adam", "adamw", "nadam", "rmsprop", "sgd"]
Keep = Literal["best", "last"]


@dataclass(frozen=True)
class Recipe:
    """How a model is trained.

    Attributes:
        epochs: passes over the training images.
        batch_size: images per step.
        optimizer: with Keras's defaults except for the learning rate.
        learning_rate: the peak.
        schedule: with "cosine" the learning rate falls to zero along half a cosine, after a short warm-up;
            with "one-cycle" it rises over the first third and falls to zero, both linearly; with "steps" it
            falls to a tenth after half of the steps, and again after three quarters.
        one_hot: labels as vectors and categorical cross-entropy, or as numbers and its sparse form.
        validation_split: fraction of the training images that is held out for validation; a known
            writer is held out with all images.
        data: name of a data set in `collection/registry.py`.
        augmentation: whether training images are distorted, differently in every epoch.
        gentle_epochs: number of last epochs with slight distortions, so that training ends on images like
            those that the model will read.
        weight_decay: of AdamW and SGD.
        keep: the epoch whose weights a finished run keeps: the "best" on the validation images, or the
            "last" where a falling rate and gentle epochs make it the best, and only chance says otherwise.
        beta_1, beta_2: decay of the averages of gradients and of their squares, of Adam, AdamW and Nadam.
        momentum: the share of the last step that SGD goes on with, as Nesterov has it.
    """

    epochs: int
    batch_size: int = 128
    optimizer: Optimizer = "adam"
    learning_rate: float = 1e-3
    schedule: Schedule = "constant"
    one_hot: bool = True
    validation_split: float = 0.1
    data: str = "mnist"
    augmentation: bool = False
    gentle_epochs: int = 0
    weight_decay: float = 0.0
    keep: Keep = "best"
    beta_1: float = 0.9
    beta_2: float = 0.999
    momentum: float = 0.9


@dataclass(frozen=True)
class Preset:
    """A named architecture and recipe.

    Attributes:
        name: also the folder's in `models/`.
        summary: the layers in one line.
        claim: its own claim of accuracy or purpose.
        recipe: how it is trained.
        layers: of the network, without the last one.
        classes: outputs of the network on its recipe's own data: 10, or 11 with "not a digit".
    """

    name: str
    summary: str
    claim: str
    recipe: Recipe
    layers: Network
    classes: int = 10


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            name="simple",
            summary="2 x (Conv2D, MaxPooling2D), Dense 128",
            claim="good baseline, fast",
            layers=networks.SIMPLE,
            recipe=Recipe(epochs=10, schedule="cosine"),
        ),
        Preset(
            name="deeper",
            summary="3 x (2 x Conv2D, MaxPooling2D, Dropout), Dense 256, Dropout",
            claim="slightly higher accuracy",
            layers=networks.DEEPER,
            recipe=Recipe(epochs=10, schedule="cosine", learning_rate=2e-3),
        ),
        Preset(
            name="conv-dropout",
            summary="2 x (Conv2D, MaxPooling2D), Dropout",
            claim="about 99.0 %, in about 7 minutes on a CPU",
            layers=networks.CONV_DROPOUT,
            recipe=Recipe(epochs=15, one_hot=False),
        ),
        Preset(
            name="conv-dense64",
            summary="2 x (Conv2D, MaxPooling2D), Dense 64",
            claim="98 to 99 %",
            layers=networks.CONV_DENSE64,
            recipe=Recipe(epochs=5, batch_size=64, one_hot=False),
        ),
        Preset(
            name="vgg-batchnorm",
            summary="2 x (2 x Conv2D with BatchNormalization, MaxPooling2D, Dropout), Dense 512, Dropout",
            claim="98.95 %, loss 0.0345",
            layers=networks.VGG_BATCHNORM,
            recipe=Recipe(epochs=10, validation_split=0.2),
        ),
        Preset(
            name="conv3-rmsprop",
            summary="3 x Conv2D with MaxPooling2D between, Dense 128, Dense 64, Dropout",
            claim="98 %",
            layers=networks.CONV3_RMSPROP,
            recipe=Recipe(epochs=5, batch_size=64, optimizer="rmsprop"),
        ),
        Preset(
            name="lenet5",
            summary="Conv2D 6, 16 and 120 (all 5x5, tanh) with AveragePooling2D between, Dense 84",
            claim="99.2 %, with distorted images",
            layers=networks.LENET5,
            recipe=Recipe(
                epochs=20,
                learning_rate=2e-3,
                schedule="cosine",
                one_hot=False,
                augmentation=True,
                gentle_epochs=20,
                keep="last",
            ),
        ),
        Preset(
            name="resnet-small",
            summary="Conv2D, MaxPooling2D, 3 residual blocks of 18, 36 and 72 filters, global average",
            claim="99.5 % with 100,000 weights",
            layers=networks.RESNET_SMALL,
            recipe=Recipe(
                epochs=8,
                optimizer="sgd",
                learning_rate=0.05,
                schedule="cosine",
                one_hot=False,
                augmentation=True,
                gentle_epochs=8,
                weight_decay=1e-4,
                keep="last",
            ),
        ),
        Preset(
            name="sprint",
            summary="Conv2D in steps of 3, Conv2D and Dense 96 with BatchNormalization",
            claim="99.0 % in the fewest seconds on a CPU",
            layers=networks.SPRINT,
            recipe=Recipe(
                epochs=2,
                batch_size=256,
                learning_rate=0.01,
                schedule="one-cycle",
                one_hot=False,
                keep="last",
                beta_1=0.7,
                beta_2=0.9,
            ),
        ),
        Preset(
            name="tiny",
            summary="Conv2D, 3 x SeparableConv2D, 2 x MaxPooling2D, global average",
            claim="99.0 % with fewer than 2,000 weights",
            layers=networks.TINY,
            recipe=Recipe(
                epochs=30,
                optimizer="nadam",
                learning_rate=0.01,
                schedule="cosine",
                one_hot=False,
                augmentation=True,
                gentle_epochs=30,
                keep="last",
            ),
        ),
        Preset(
            name="small",
            summary="Conv2D, 4 x SeparableConv2D, 2 x MaxPooling2D, global average",
            claim="99.4 % with fewer than 8,000 weights",
            layers=networks.SMALL,
            recipe=Recipe(
                epochs=24,
                batch_size=64,
                optimizer="nadam",
                learning_rate=0.007,
                schedule="cosine",
                one_hot=False,
                augmentation=True,
                gentle_epochs=24,
                keep="last",
            ),
        ),
        Preset(
            name="reader",
            summary="3 x (2 x Conv2D with BatchNormalization), MaxPooling2D between, global average",
            claim="the best on real handwriting, and says when it is not a digit",
            layers=networks.READER,
            recipe=Recipe(
                epochs=20,
                optimizer="adamw",
                learning_rate=3e-3,
                schedule="cosine",
                one_hot=False,
                data="handwriting",
                augmentation=True,
                gentle_epochs=5,
                weight_decay=0.01,
                keep="last",
            ),
            classes=11,
        ),
    )
}
