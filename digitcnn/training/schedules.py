"""Learning rates that Keras does not have."""

from typing import Any

import keras
from keras import ops

RISE = 1 / 3
"""The fraction of the steps over which a one-cycle rate rises."""


@keras.saving.register_keras_serializable("digitcnn")
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
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
