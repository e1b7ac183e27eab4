"""Recall on noisy device models: planned, by flags, by affine codes, and by different plans."""
