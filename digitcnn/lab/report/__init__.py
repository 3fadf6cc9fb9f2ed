"""Runs and comparisons as files to take away: HTML and CSV."""
