"""Patterns from real data."""
