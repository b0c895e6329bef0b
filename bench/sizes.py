"""How much the benchmarks work on."""

from __future__ import annotations

import os

CANDLES = int(os.environ.get("BTCORE_BENCH_CANDLES", "6922364"))  # 20 years of one-minute candles
SMALL = 4_000  # of the tests of scripts
