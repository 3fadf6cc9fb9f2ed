"""From a picture to its ink: load, binarize, find components, cut touching digits."""
