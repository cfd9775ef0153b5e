"""All that touches the world: one folder a port, one file an engine. Does I/O."""
