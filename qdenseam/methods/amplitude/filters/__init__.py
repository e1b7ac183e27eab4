"""Filters on distances: the amplitude of each stored pattern is multiplied, flags accept."""
