"""Processes beside the web server: the training queue and background jobs."""
