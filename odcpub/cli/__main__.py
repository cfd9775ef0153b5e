"""``python -m odcpub.cli`` is ``odcpub``."""

import sys

from odcpub.cli.start import main

sys.exit(main())
