"""Plans: made by one function for whoever only looks and for the operation, kept, compared, executed."""
