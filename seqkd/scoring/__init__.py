"""BLEU and its company, significance, diagnostics, speed."""
