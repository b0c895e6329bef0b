"""The engine that many users come from: a pandas window per candle. Rebuilt plainly, and taken apart.

The strategy: simple means of 20 and 50 closes; long at the next open when the fast one crosses above the slow one; stop
at 2 and target at 4 times the simple mean of 14 true ranges of the signal candle, counted from the fill price and
rounded to ticks; one position at a time; no costs. All it needs lies within the last 100 candles, so that a window and
a whole array give the same numbers.

    python -m bench.baseline [--quick] [--out FILE]
"""
