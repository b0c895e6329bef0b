"""Follow the trend: buy when a fast average crosses above a slow one, sell short when it crosses below.

btcore run examples/trend.py:trend --data synthetic
btcore run examples/trend.py:trend --data synthetic --set fast=10 --set slow=30 --spread 0.00005
"""

from __future__ import annotations

import btcore as bt


def trend(fast=20, slow=50, stop=2.0, target=4.0):
    """Stop and target are multiples of the average true range of the last 14 candles."""
    quick, calm = bt.ema(bt.close, fast), bt.ema(bt.close, slow)
    return bt.Strategy(
        enter_long=bt.crosses_above(quick, calm),
        enter_short=bt.crosses_below(quick, calm),
        stop=stop * bt.atr(14),
        target=target * bt.atr(14),
    )
