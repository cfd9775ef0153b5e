"""odcpub: 1-Click Publish for app models. No I/O."""

__version__ = "0.1.0"
