"""``odcpub rename``: another name for an element, everywhere in a model. ``files`` alone does I/O.

``marks`` reads YAML with the place of everything, ``places`` is the table of what holds names, ``edits`` makes the
changes, ``identities`` tells whether two models say the same but for names, ``renaming`` puts them together.
"""
