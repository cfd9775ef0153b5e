"""What touches the author's files alone, and needs to know the model language. The command line imports it late; no
server is asked.
"""
