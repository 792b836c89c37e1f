"""Memory-mapped token ids and token-budget batches."""
