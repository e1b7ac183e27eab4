"""Commands about a recall: run it, plan it, send it away and get its results."""
