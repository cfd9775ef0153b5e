"""Screens: what the compiler writes of each, its HTML, its JavaScript module and the module's source map."""
