"""Trains the models: data, augmentation, architectures, presets, fit, export.

TensorFlow lives in this package only, in `architectures`, `fit` and `export`; `presets` and `datasets`
know nothing of it, so that a page can show them.
"""
