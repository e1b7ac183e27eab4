"""Benchmarks: our circuits and those of other packages on the same instances."""
