"""A model's files as one value that travels: read from a folder or an archive, told apart by content.

Standard library only: the command line imports it late, the server reads archives with it. What a file says is not
looked at here.
"""
