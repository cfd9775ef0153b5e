"""Registries: the OCI layout folder and the OCI distribution protocol. Does I/O."""
