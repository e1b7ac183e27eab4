"""The search behind pair merging."""
