"""A model that learns one hand: its last layer is moved by a few corrected digits."""
