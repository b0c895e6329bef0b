"""Where candles come from: files of several formats, a file per format, and a generator of synthetic ones."""

from __future__ import annotations

from btcore.data.read import READERS, read_candles
from btcore.data.synthetic import synthetic_candles

__all__ = ["READERS", "read_candles", "synthetic_candles"]
