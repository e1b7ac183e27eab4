"""Memories of real-valued states."""
