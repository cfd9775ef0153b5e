"""Importers: other people's models become files of the model language. No I/O."""
