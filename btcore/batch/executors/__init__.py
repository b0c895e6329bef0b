"""Who computes the chunks: one file per way. Nothing is imported here: see `preload`."""

SAFE_PATH = "of btcore"  # what PYTHONSAFEPATH says where it was set for the start of worker processes alone
