"""What quantum recall is held against: a memory measured, and an answer found classically."""
