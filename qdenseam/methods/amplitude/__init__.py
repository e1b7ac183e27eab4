"""Recall by amplitude, one method a file, by kind of circuit."""
