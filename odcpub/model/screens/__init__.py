"""Screens: read, made for entities that have none, checked with the expressions, actions and screens that they name."""
