"""Sentencepiece vocabularies and encoded text."""
