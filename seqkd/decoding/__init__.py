"""Beam search, forced scoring, the batching engine."""
