"""Energies as diagonal Hamiltonians, and the circuits that recall by them."""
