"""Load at 90 % correct recall: laws of filters, drawn memories, and the study of both."""
