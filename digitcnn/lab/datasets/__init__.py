"""The data sets that pages show: where they lie and what is in them."""
