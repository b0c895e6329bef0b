"""HistData ASCII one-minute bars: ``YYYYMMDD HHMMSS;open;high;low;close;volume``, no header, bid, UTC-5 all year."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from btcore.candles.columns import Columns, make_columns
from btcore.candles.times import localised
from btcore.data.table import Layout, read_table

if TYPE_CHECKING:
    from btcore.data.options import ReadOptions
    from btcore.data.source import Source

NAMES = ("histdata",)
ZONE = "Etc/GMT+5"
FIELDS = ("open", "high", "low", "close", "volume")
LAYOUT = Layout(";", 0, ("time", *FIELDS), ("time",), FIELDS)


def matches(source: Source) -> bool:
    """True where the first row is a HistData row."""
    return re.match(r"\d{8} \d{6};", source.head[0]) is not None


def read(source: Source, options: ReadOptions) -> Columns:
    """The columns of the file; ``tz=`` stands for the zone that HistData documents."""
    times, _, values = read_table(source, LAYOUT)
    utc = localised(times, ZONE if options.tz is None else options.tz)
    return make_columns(
        utc, [values[name] for name in FIELDS[:4]], values["volume"], symbol=options.symbol
    )  # fmt: skip
