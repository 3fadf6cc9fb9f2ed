"""The HTTP API, which reads pictures and strokes for programs. Only this part loads FastAPI."""
