"""The reference twin: the same results as the compiled engine, computed slowly and obviously.

Written from docs/fill-rules.md alone, in plain Python, so that each step can be checked against the rule whose number
stands in its docstring. Read in this order:

- ``codes``      the names of reasons and kinds (shared with the compiled engine, the only thing that is)
- ``ticks``      rule C5: prices on an integer grid
- ``market``     rule C4: bid and ask candles in grid units
- ``functions``  strategies that are functions
- ``entries``    rules D5 to D7: what is decided at a close, and whether it can be accepted
- ``position``   rules X6, T2, T3: an open position, its stops and its excursions
- ``sessions``   rule X3: at which candles sessions end
- ``paths``      rules X2, X5: the orders in which a candle can have shown its prices
- ``magnify``    rule X2: candles that are replayed by finer ones
- ``money``      rules S2, S4, T1: size, commission, the trade record
- ``charges``    rules S1, S3, S5: models of slippage, nights, the account's currency
- ``margin``     rule S6: where the equity is too small for the positions
- ``account``    rules X4, S1: the state of a simulation, and the fills that change it
- ``engine``     the loop over candles: open, inside, close, decision
- ``operators``  the values of expressions
- ``statistics`` numbers from trades and equity (T4)
"""

from __future__ import annotations
