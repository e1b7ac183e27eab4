"""Indices of patterns: trees of parities, search on them, and writing patterns from them."""
