"""Durable operations: the only place that puts observe, plan and apply together."""
