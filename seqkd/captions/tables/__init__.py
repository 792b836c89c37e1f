"""The hand-made lexicon as plain data. How the lines are read: ``seqkd.captions.lexicon``."""
