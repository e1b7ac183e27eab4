"""Amplitude amplification: rounds, and the oracles that mark states."""
