"""Requests and answers of the API, as the server makes them and the command line reads them. No I/O.

They are typed dictionaries: what is sent is what is read, and a command that starts pays nothing for them
(``docs/adr/0028``). Field names are part of the API, and of the output of ``--json``.
"""
