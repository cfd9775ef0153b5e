"""Server actions: what their steps mean, typed and checked. No I/O."""
