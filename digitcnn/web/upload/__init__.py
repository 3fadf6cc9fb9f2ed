"""The Upload page's parts."""
