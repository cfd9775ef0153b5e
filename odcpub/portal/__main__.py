"""Starts the resident server. Does I/O."""

import logging
import os

from odcpub.portal.main import main

code = main()
# At once: threads of operations that go on with the next server are held, and nothing may wait for them.
logging.shutdown()
os._exit(code)
