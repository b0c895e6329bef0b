"""Bet on the way back: buy when the price is unusually low, sell short when it is unusually high.

btcore run examples/reversal.py:reversal --data synthetic:500000
btcore run examples/reversal.py:reversal --data synthetic:500000 --set window=60 --set entry=2.5 --size risk:1
"""

from __future__ import annotations

import btcore as bt


def reversal(window=100, entry=2.0, stop=3.0, max_bars=240):
    """`entry` is how many standard deviations the close lies from its average of `window` candles.

    A position is left when the close is back at that average, at the stop (a multiple of the average true range of
    the last 14 candles), or after `max_bars` candles.
    """
    score = bt.zscore(bt.close, window)
    return bt.Strategy(
        enter_long=score < -entry,
        enter_short=score > entry,
        exit_long=score > 0,
        exit_short=score < 0,
        stop=stop * bt.atr(14),
        max_bars=max_bars,
    )
