"""Who computes the chunks: one file per way. Nothing is imported here: see `preload`."""
