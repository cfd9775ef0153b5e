"""A model's files as one value that travels: read from a folder or an archive, told apart by content.

Standard library only: the command line reads folders and archives with it; the server knows a tree by its digest. What
a file says is not looked at here.
"""
