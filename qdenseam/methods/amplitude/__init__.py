"""Recall from amplitudes, one method a file."""
