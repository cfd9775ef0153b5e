"""The commands, a module a subject. ``odcpub.cli.arguments`` says which function a command is.

Each asks the API, or the room ``author``, and shows the answer; it returns the exit code.
"""
