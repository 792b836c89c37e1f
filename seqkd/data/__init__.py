"""Text as subword ids: tokenizers, datasets and batches."""
