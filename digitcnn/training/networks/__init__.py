"""Networks as lists of layers, without Keras: the kinds of layers, and the networks of the presets."""
