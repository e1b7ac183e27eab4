"""Recall circuits with their laws, and the simulators that are held against them."""
