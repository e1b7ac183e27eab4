"""The studies that are shipped, one a file."""
