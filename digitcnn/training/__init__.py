"""Trains the models: data, augmentation, architectures, presets, fit, export.

Only this package imports TensorFlow. `presets` and `datasets` do without it, so that a page can show them.
"""
