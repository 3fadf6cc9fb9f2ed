"""Sweeps and bulk reading on Ray, which is imported nowhere else, and here only by what needs it."""
