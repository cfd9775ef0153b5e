"""The Data tool's thinking: schemas as plain tuples, differences by identity, migration plans. Pure."""
