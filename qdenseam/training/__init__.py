"""Training the angles of variational recall."""
