"""The learning rate over a training's steps, and a factor that may change meanwhile."""

from typing import Any

import keras
from keras import ops
from keras.optimizers.schedules import CosineDecay, LearningRateSchedule, PiecewiseConstantDecay

from digitcnn.training.presets import Recipe

WARM_UP = 0.05
"""The fraction of a cosine schedule in which the learning rate rises."""

DROPS = (0.5, 0.75)
"""The fractions of the steps after which a rate that falls in steps is a tenth of what it was."""

RISE = 1 / 3
"""The fraction of the steps over which a one-cycle rate rises."""


@keras.saving.register_keras_serializable("digitcnn")
class OneCycle(LearningRateSchedule):
    """Rises to `peak` over the first third of the steps and falls to zero at the last, both linearly.

    Source: L. Smith, N. Topin, "Super-convergence: very fast training of neural networks using large
    learning rates", 2018.
    """

    def __init__(self, peak: float, steps: int):
        """Peaks once in `steps` steps."""
        self.peak, self.steps = peak, steps

    def __call__(self, step: Any) -> Any:
        done = ops.cast(step, "float32") / self.steps
        return self.peak * ops.maximum(ops.minimum(done / RISE, (1 - done) / (1 - RISE)), 0.0)

    def get_config(self) -> dict[str, Any]:
        return {"peak": self.peak, "steps": self.steps}


@keras.saving.register_keras_serializable("digitcnn")
class ScaledRate(LearningRateSchedule):
    """A rate, constant or scheduled, times `factor`, a variable that training follows from the next batch on.

    The factor is not saved: it follows from the changes that the run folder records.
    """

    def __init__(self, rate: float | LearningRateSchedule):
        """Begins with the rate itself."""
        self.rate: Any = rate
        self.factor: Any = keras.Variable(1.0, trainable=False, name="factor")

    def __call__(self, step: Any) -> Any:
        rate = self.rate(step) if isinstance(self.rate, LearningRateSchedule) else self.rate
        return rate * self.factor

    def get_config(self) -> dict[str, Any]:
        return {"rate": keras.saving.serialize_keras_object(self.rate)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "ScaledRate":
        return cls(keras.saving.deserialize_keras_object(config["rate"]))


def make_rate(recipe: Recipe, *, steps: int) -> float | LearningRateSchedule:
    """The recipe's learning rate over `steps` steps."""
    rate = recipe.learning_rate
    match recipe.schedule:
        case "cosine":
            warm_up = round(WARM_UP * steps)
            return CosineDecay(rate / 10, steps - warm_up, warmup_target=rate, warmup_steps=warm_up)
        case "one-cycle":
            return OneCycle(rate, steps)
        case "steps":
            drops = [round(share * steps) for share in DROPS]
            return PiecewiseConstantDecay(drops, [rate, rate / 10, rate / 100])
        case "constant":
            return rate
