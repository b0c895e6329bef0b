"""MetaTrader 5 bar exports: ``<DATE> <TIME> <OPEN> ... <TICKVOL> <VOL> <SPREAD>`` or the same in lower case, by tabs.

Bid prices in the broker's server time, so ``tz=`` is needed; the spread is in points, which are taken as ticks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from btcore.candles.columns import Columns
from btcore.candles.frames import normalised
from btcore.data.text import has_header, header, read_text

if TYPE_CHECKING:
    from btcore.data.options import ReadOptions
    from btcore.data.source import Source

NAMES = ("mt5",)
TICK_VOLUMES = ("tickvol", "tickvolume", "tick_volume")


def matches(source: Source) -> bool:
    """True where the first line names a date, a tick volume and a spread."""
    names = {normalised(name) for name in header(source)[1]}
    return has_header(source) and "date" in names and "spread" in names and not names.isdisjoint(TICK_VOLUMES)


def read(source: Source, options: ReadOptions) -> Columns:
    """The columns of the file: tick volume as volume, the spread per candle in ticks."""
    names = header(source)[1]
    volume = next((name for name in names if normalised(name) in TICK_VOLUMES), None)
    points = next((name for name in names if normalised(name) == "spread"), None)
    return read_text(source, options, volume=volume, points=points)
