"""Choice of targets out of n-best lists."""
