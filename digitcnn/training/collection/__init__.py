"""The data sets that models learn from, each with the names of its classes: `registry.py` lists them."""
