"""What has nothing to do with translation: files, errors, settings, small numerics."""
