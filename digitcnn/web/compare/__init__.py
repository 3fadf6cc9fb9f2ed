"""The Model Lab's Compare tab."""
