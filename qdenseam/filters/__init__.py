"""Filters F(d): the amplitude factor of a pattern at Hamming distance d."""
