"""Image builders: our own assembly and the Docker engine. Does I/O."""
