"""Makes the modules of this folder (shared models) importable from every suite."""
