"""Benchmarks: one instrument, one file each, all run by ``qdenseam bench NAME``."""
