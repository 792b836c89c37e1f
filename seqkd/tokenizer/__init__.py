"""SentencePiece tokenizers and encoded text."""
