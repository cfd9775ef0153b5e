"""Server actions as C#: one static method each, as a good developer would write it. Pure, no I/O."""
