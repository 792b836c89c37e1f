"""Teacher distributions."""
