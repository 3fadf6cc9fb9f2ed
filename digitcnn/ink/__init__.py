"""From what a person wrote to house digits: strokes and pictures in, (28, 28) arrays out."""
