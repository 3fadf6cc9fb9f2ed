"""A model's probabilities to calibrated ones."""

import numpy as np


def calibrate_confidence(
    probabilities: np.ndarray, temperature: float, refusal_bias: float = 0.0
) -> np.ndarray:
    """Calibrates probabilities with the figures of `run.json`.

    Args:
        probabilities: (n, classes), as the model gives them.
        temperature: divides the logarithms of the probabilities.
        refusal_bias: added then to the logarithm of "not a digit", the last class of a model that has it.

    Returns:
        The same shape, rows summing to 1.
    """
    logs = np.log(np.maximum(probabilities, 1e-30)) / temperature
    if refusal_bias:
        logs[:, -1] += refusal_bias
    powers = np.exp(logs - logs.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
