"""Measures of what the product promises; `python -m bench` prints medians and ratios."""
