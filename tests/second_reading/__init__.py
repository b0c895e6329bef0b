"""A second reading of the fill rules: small cases worked out by a reader who had the rules and never saw the engine.

The golden cases and the twin were written beside the engine, so a misreading could be in all three. These cases were
worked out from the rules alone, by a second reader without sight of the engine, its twin or their results. Each names
its rules and says in a line why its expectation follows; `reading` says what had to be assumed where the rules leave
room.

All expectations were written down before the first comparison. Of the first 268, eight were revised after it, where the
rules allow what the engine does and the reader had read something else into them: each is marked `revised`, with what
was expected first. A ninth, the tie of a percent trail, was revised when that reading was settled. Six other cases
differed because the engine was wrong (four ties of levels that floats miss, the tick inferred from whole hundreds, a
target already passed at the entry under ``limit_gap="limit"``), and stand as they were written.

Rules that the engine learned later were read in the same way, each before its code or its other tests were looked at,
and written down before the first comparison. Two of those expectations were revised: whether a stop-limit order that is
triggered at the open leaves its stop in doubt, and whether values of a live trail count before it is activated. Two
others differed because the engine was wrong (it looked for the liquidation of a position alone on some candles only),
and stand as they were written.

- ``writing``      how a case is written: candles, orders, trades
- ``entries``      market, stop and limit entries, exits on the same candles
- ``prices``       in and out at once, bid and ask, ticks and rounding
- ``decisions``    from decision to order, rejections, max_bars
- ``stops``        trailing stops, activation, break-even
- ``money``        costs, sizes, equity, statistics
- ``several``      several positions at once, reversing
- ``sizing``       spreads by the hour, volatility targets
- ``modes``        what each mode of ambiguity books
- ``stop_limits``  stop-limit entries
- ``closes``       entries at the close
- ``sessions``     positions that leave when a session ends
- ``trail_prices`` trailing stops at a live level
- ``charges``      slippage models, account currency
- ``nights``       financing
- ``partials``     partial targets
- ``pairs``        rules that meet
- ``corners``      corners of rules that have cases of their own elsewhere
- ``finer``        candles replayed by finer ones
- ``margins``      margin and liquidation
"""

from __future__ import annotations
