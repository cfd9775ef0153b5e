"""Databases: the embedded PostgreSQL and a PostgreSQL server. Does I/O."""
