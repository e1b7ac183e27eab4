"""Searches that mark states and amplify them, with a number of matches known or not."""
