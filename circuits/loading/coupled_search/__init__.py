"""The search behind preparation on a coupling map."""
