"""Reading in the visitor's own browser: a trained model, and the JavaScript that runs it as Python does."""
