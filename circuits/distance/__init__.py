"""Hamming distances as phases of a flag qubit: filters, and the angles behind them."""
