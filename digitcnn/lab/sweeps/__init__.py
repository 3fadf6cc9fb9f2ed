"""Sweeps: presets by seeds by settings, planned, run, recorded and summarized."""
