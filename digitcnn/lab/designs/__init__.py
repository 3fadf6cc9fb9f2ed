"""Designs: networks of one's own, as lists of layers with a name, on a page, in a file and as Keras code."""
