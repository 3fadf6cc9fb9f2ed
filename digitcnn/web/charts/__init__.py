"""Charts: each takes results and returns an Altair chart, which `show_chart` puts on a page.

Importing Altair takes 0.4 s and 28 MB: pages import these modules only where they draw a chart.
"""
