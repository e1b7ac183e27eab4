"""Memories: patterns as amplitudes, or as an energy."""
