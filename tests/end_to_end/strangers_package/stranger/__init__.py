"""What somebody adds to qdenseam: one file for each thing, one line for each in pyproject.toml."""
