"""The runs there are: their settings, state, results and exports."""
