"""The model: elements as frozen types, loaded from YAML, verified; importers. Pure but for ``load``."""
