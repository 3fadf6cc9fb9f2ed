"""How good a model is: evaluation, comparison and robustness."""
