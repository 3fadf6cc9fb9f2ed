"""Bounds on one request: whatever a stranger sends is bounded here or in `digitcnn.ink`."""

MAX_PICTURE_BYTES = 16_000_000
"""Largest body of a request with a picture."""

MAX_JSON_BYTES = 2_000_000
"""Largest body of a request with strokes; `MAX_POINTS` in full precision take less."""

MAX_STROKES = 256
"""In one drawing; a page full of digits has fewer."""

MAX_POINTS = 20_000
"""In one drawing; a digit has 20 to 200."""

MAX_OWN_DRAWINGS = 200
"""Of the sender's own digits as strokes, from which the model of one request learns."""

MAX_COORDINATE = 1e9
"""Largest absolute value of a coordinate, in any unit."""

MAX_DROPPED_BYTES = 64_000_000
"""Bytes of a refused body that are still received, so that its sender gets the reply."""

BODY_SECONDS = 30.0
"""How long a request's body may take to arrive."""

MAX_BYTES_IN_FLIGHT = 96_000_000
"""Memory for all bodies being received or read; a request beyond it is refused with status 429."""

MAX_WAITING = 64
"""Requests of one kind that may wait for their thread; the next is refused with status 429."""

WAITING_SECONDS = 20.0
"""How long a request may wait for its thread before it is refused with status 429."""

PARTS_SECONDS = 20.0
"""After which no further page of a PDF or picture of an archive is begun."""

MAX_NAME = 200
"""Characters of a file name that a reply repeats."""
