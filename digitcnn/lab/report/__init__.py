"""Reports of runs and comparisons, as HTML files."""
