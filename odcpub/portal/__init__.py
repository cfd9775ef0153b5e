"""The server: REST API, the life of the one resident process."""
