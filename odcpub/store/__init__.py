"""The records of the platform itself. Does I/O."""
