"""Starts the resident server. Does I/O."""

import sys

from odcpub.portal.main import main

sys.exit(main())
