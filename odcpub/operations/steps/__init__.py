"""The steps that kinds of asset share, a file each: what it takes of earlier steps, what it does, what it found out."""
