"""The digits of a page: found by a network that has learned pages, weighed with the ink, without marks."""
