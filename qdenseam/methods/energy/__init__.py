"""Recall by energy, one method a file."""
