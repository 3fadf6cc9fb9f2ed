"""What one request may ask for: everything a stranger sends is bounded here or in `digitcnn.ink`."""

MAX_PICTURE_BYTES = 16_000_000
"""A request with a picture is refused beyond this many bytes."""

MAX_JSON_BYTES = 2_000_000
"""A request with strokes is refused beyond this many bytes: its points in full precision take less."""

MAX_STROKES = 256
"""A drawing of more strokes is refused: a page full of digits has fewer."""

MAX_POINTS = 20_000
"""A drawing of more points is refused; a digit has 20 to 200."""

MAX_COORDINATE = 1e9
"""Coordinates lie between minus this and this, in any unit."""

MAX_DROPPED_BYTES = 64_000_000
"""Of a body that is refused this many bytes are waited for, so that its sender hears why."""

BODY_SECONDS = 30.0
"""A request whose body has not arrived by then is given up."""

MAX_BYTES_IN_FLIGHT = 96_000_000
"""Bytes of all the bodies that are being received or read; a request that would exceed it is sent away."""

MAX_WAITING = 64
"""Requests of one kind that wait for their thread; one more is sent away."""

WAITING_SECONDS = 20.0
"""A request whose turn has not come by then is sent away."""

MAX_NAME = 200
"""Characters of a file's name that are given back."""
