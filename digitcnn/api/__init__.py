"""The HTTP API: what the pages read, for programs. FastAPI is loaded here only."""
