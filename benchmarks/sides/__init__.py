"""One worker process a file: an engine that does the same piece of work again and again, on request."""
