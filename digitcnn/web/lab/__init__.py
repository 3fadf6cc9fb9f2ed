"""The Model Lab's Train, Runs, Sweeps and Inside tabs."""
