"""Recall by energy: every method on every energy, beside classical minimizers of the same."""
