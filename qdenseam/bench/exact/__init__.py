"""Exact references at sizes where no state vector fits, from the structure of the circuits."""
