"""The least page with a canvas: what the app's cold start is measured against."""

from streamlit_drawable_canvas import st_canvas

st_canvas(stroke_width=16, width=400, height=400, key="canvas")
