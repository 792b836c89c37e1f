"""The hand-made lexicon as plain data, parsed by ``seqkd.captions.lexicon``."""
