"""The statements of the three papers, tested on a finished run: ``seqkd claims``."""
