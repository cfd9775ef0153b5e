"""What a command does with the author's files alone, without a server: read and verify them, write a first model,
import one, pack an archive, write what a server answered.

``cli`` alone imports it. ``files``, ``folder``, ``lock_file`` and ``output`` need the standard library only; the others
know the model language and are imported when their command runs.
"""
