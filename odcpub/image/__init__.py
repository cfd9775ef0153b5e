"""Images as values: files, layers, configuration, manifest, digests. Pure."""
