"""Expressions: text → syntax → typed tree → text or value. No I/O. The rules are in docs/expressions.md."""
