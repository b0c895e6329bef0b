"""One workload on btcore and on other engines: speed, memory, and agreement trade by trade.

The workload: exponential means of 20 and 50 closes; long at the next open when the fast one crosses above the slow
one; stop at 2 x and target at 4 x the average true range (exponential, 14) of the signal candle, counted from the
fill price and rounded to ticks; one position at a time; no costs.

Run it with ``python -m bench.peers.run``; see there for options.
"""
