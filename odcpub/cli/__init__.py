"""The command line: a thin client of the API. Imports nothing heavy."""
