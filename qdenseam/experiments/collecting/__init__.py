"""Tasks run by any executor, their rows kept in a file that can be resumed."""
