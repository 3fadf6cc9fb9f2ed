"""From handwriting to house digits: strokes and pictures in, (28, 28) arrays out."""
