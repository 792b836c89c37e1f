"""Downloads of the corpus stage."""
