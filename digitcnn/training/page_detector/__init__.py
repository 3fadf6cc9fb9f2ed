"""Made pages of real strokes, and the network that learns from them to find digits on any photo."""
