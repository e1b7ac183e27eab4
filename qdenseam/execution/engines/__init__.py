"""Engines: one file per simulator or kind of backend."""
