"""The answers of the page detector, by channel: its training writes them and its reader reads them."""

STRIDE = 4
"""Pixels of a picture, across and down, for each answer."""

UNIT = 16.0
"""Pixels whose logarithm the size maps answer with 0."""

HANDWRITTEN, PRINTED = 0, 1
"""Heat maps: middles of handwritten and of printed digits."""

HEAT = slice(0, 2)
SIZE = slice(2, 4)
OFFSET = slice(4, 6)
CLASSES = slice(6, 16)
CHANNELS = 16
