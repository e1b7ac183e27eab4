"""Recall as it was first published, kept as it is."""
