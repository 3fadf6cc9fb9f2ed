"""Sweeps and bulk reading on Ray. Only this package imports Ray, and only where it is used."""
