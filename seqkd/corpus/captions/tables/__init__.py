"""The hand-made lexicon as plain data, parsed by ``seqkd.corpus.captions.lexicon``."""
