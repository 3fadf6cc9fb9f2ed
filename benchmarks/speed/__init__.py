"""How fast and how light the app and its models are: `python -m benchmarks.speed`."""
