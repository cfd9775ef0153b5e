"""Expressions printed in the languages that apps are made of. Pure, no I/O."""
