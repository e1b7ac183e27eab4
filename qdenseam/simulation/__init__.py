"""Exact evaluation of recall circuits from their structure, as laws and training use it."""
