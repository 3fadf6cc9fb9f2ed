"""A minimal page with a canvas, to compare the app's cold start with."""

from streamlit_drawable_canvas import st_canvas

st_canvas(stroke_width=16, width=400, height=400, key="canvas")
