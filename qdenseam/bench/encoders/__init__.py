"""Encoders of ours and of other packages on the same instances, every circuit checked."""
