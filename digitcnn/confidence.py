"""A model's probabilities to calibrated ones."""

import numpy as np

CLASSES = 10
"""The digits; a model may have an eleventh class, "not a digit", which comes last."""


def calibrate_confidence(
    probabilities: np.ndarray, temperature: float, refusal_bias: float = 0.0
) -> np.ndarray:
    """Calibrates probabilities with the figures of `run.json`.

    Args:
        probabilities: (n, 10) or (n, 11), as the model gives them.
        temperature: divides the logarithms of the probabilities.
        refusal_bias: added then to the logarithm of "not a digit".

    Returns:
        The same shape, rows summing to 1.
    """
    logs = np.log(np.maximum(probabilities, 1e-30)) / temperature
    logs[:, CLASSES:] += refusal_bias
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
