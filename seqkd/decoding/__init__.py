"""Beam search, greedy search, sampling, forced scoring."""
