"""The layers of a network as a row of blocks: as high as their image, as wide as they have channels."""

import math
from collections.abc import Sequence

from jinja2 import Template

from digitcnn.lab.designs.figures import LayerFigures

_SIDE = 72
"""Pixels that 28 pixels of an image are high in the drawing."""

_COLORS = {"Conv2D": "conv", "SeparableConv2D": "conv", "Residual": "conv", "Dense": "dense"}

_LAYERS = Template(
    """<div class="layers" role="img" aria-label="{{ words }}">
    {%- for words, kind, tall, wide, size in blocks -%}
    <span style="flex:{{ wide }} 1 0;max-width:{{ 1.6 * wide }}px" title="{{ words }}">
    <b class="{{ kind }}" style="height:{{ tall }}px"></b>
    {%- if size %}<i>{{ size }}</i>{% endif %}</span>
    {%- endfor %}</div>""",
    autoescape=True,
)


def draw_layers(layers: Sequence[LayerFigures]) -> str:
    """HTML: the layers in a row, named by their size."""
    blocks = []
    for layer in layers:
        is_image = len(layer.shape) == 3
        tall = _SIDE * layer.shape[0] / 28 if is_image else 12 + 8 * math.log2(layer.shape[0])
        is_plain = layer.weights == 0 or layer.kind == "BatchNormalization"
        wide = 4 if is_plain else 10 + 5 * math.log2(layer.shape[-1]) if is_image else 18
        color = _COLORS.get(layer.kind, "plain")
        blocks.append((layer.words, color, round(tall), round(wide), "" if is_plain else layer.shape[-1]))
    return _LAYERS.render(blocks=blocks, words="; ".join(layer.words for layer in layers))
