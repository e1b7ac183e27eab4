"""Memories of spins: their energies, fields and dynamics."""
