"""Published results made again, one a file: studies that are held against published.csv."""
