"""Inside a trained model: its layers, activations and occlusion sensitivity."""
