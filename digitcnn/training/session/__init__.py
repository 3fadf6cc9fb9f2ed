"""One session of a run: the files that it writes while it trains, and those by which its owner reaches it."""
