"""Rates and ratios with intervals, over probes and over pattern sets."""
