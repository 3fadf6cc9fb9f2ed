"""Run folders, metrics and comparison: what is known of the models."""
