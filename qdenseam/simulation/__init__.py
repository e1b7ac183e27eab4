"""Exact evaluation of recall circuits from their structure."""
