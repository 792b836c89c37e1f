"""Which results are out of date, found by their manifests."""
