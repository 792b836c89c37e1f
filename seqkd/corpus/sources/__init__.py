"""Sources of text, one file each; see ``seqkd.corpus.source``."""
