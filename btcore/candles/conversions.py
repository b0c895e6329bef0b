"""The ways into and out of candles beside their columns: frames, other timeframes, folders."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import pandas
    import polars

    from btcore.candles.container import Candles
    from btcore.candles.instrument import Instrument


class Conversions:
    """The methods of `Candles` that make others from them, or them from others."""

    __slots__ = ()

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        tz: Any = None,
        columns: Mapping[str, str] | None = None,
        symbol: str = "",
        tick: float | None = None,
        quote: str = "bid",
        spread: Any = None,
        ask: Candles | None = None,
        period: Any = None,
        instrument: Instrument | None = None,
        repair: Any = None,
    ) -> Candles:
        """Candles from a pandas or polars frame, an Arrow table or a mapping of columns.

        Parameters
        ----------
        frame : time as a column or as the index; open, high, low, close; volume is optional. Usual names are found
            whatever their case; other columns are ignored
        tz : zone of times that carry none ("UTC", "EET", "America/New_York+7" for that zone plus 7 hours, a tzinfo);
            times that carry a zone keep it. Integer times are nanoseconds UTC
        columns : names where they are not the usual ones, e.g. ``{"timestamp": "t", "open": "first"}``; also
            ``{"spread": ...}`` for a column of spreads in price units
        spread : price units, one number or one per candle; None: the column named so in `columns`, else 0
        repair : name or names of repairs, see `btcore.candles.REPAIRS`
        symbol, tick, quote, ask, period, instrument : as in `Candles`

        Raises
        ------
        DataError : missing or doubled columns, times without a zone, values that break C2 or C5.

        Examples
        --------
        >>> from btcore.candles import Candles
        >>> rows = {"time": [0, 60_000_000_000], "open": [5, 6], "high": [7, 8], "low": [4, 5], "close": [6, 7]}
        >>> len(Candles.from_frame(rows))
        2
        """
        from btcore.candles.build import candles_from_columns
        from btcore.candles.frames import columns_of_frame

        found = columns_of_frame(frame, tz=tz, names=columns, symbol=symbol)
        return candles_from_columns(
            found, tick=tick, quote=quote, spread=spread, ask=ask, period=period, instrument=instrument, repair=repair
        )

    def resample(self, timeframe: str, *, tz: Any = "UTC", roll: Any = "00:00") -> Candles:
        """Candles of a longer timeframe ("5min", "1h", "4h", "1d", "1w"), labelled by their open time.

        A bucket without candles stays missing. Volume is summed; a spread per candle becomes the widest of the bucket;
        ask candles are resampled too. The tick stays.

        Parameters
        ----------
        timeframe : length of the buckets; they count from midnight UTC, weeks from Monday
        tz, roll : zone and local time at which days open instead, e.g. ``tz="America/New_York", roll="17:00"``; with a
            roll at noon or later on the evening before their date. Shorter buckets count from the opening of the day

        Raises
        ------
        ParameterError : a timeframe that is not understood, or not a multiple of the candles' period; a zone or a time
            of day that is none; tz or roll with a timeframe that neither divides a day nor is a number of days.

        Examples
        --------
        >>> from btcore.candles import Candles
        >>> c = Candles([0, 60_000_000_000], [5, 6], [7, 8], [4, 5], [6, 7])
        >>> c.resample("1h").high.tolist()
        [8.0]
        """
        from btcore.candles.resample import resample

        return resample(cast("Candles", self), timeframe, tz, roll)

    def to_polars(self) -> polars.DataFrame:
        """Columns timestamp (datetime[ns, UTC]), open, high, low, close, volume, and spread where it is per candle."""
        from btcore.candles.frames import to_polars

        return to_polars(cast("Candles", self))

    def to_pandas(self) -> pandas.DataFrame:
        """As `to_polars`, but a pandas frame; needs pandas."""
        from btcore.candles.frames import to_pandas

        return to_pandas(cast("Candles", self))

    def save(self, folder: Any) -> Candles:
        """Write these candles to `folder`, one .npy per column and a manifest; return them mapped from there."""
        from btcore.candles.cache import save

        return save(cast("Candles", self), folder)

    @classmethod
    def load(cls, folder: Any, *, verify: bool = False) -> Candles:
        """Map candles that `save` wrote, read-only, without reading every price; `verify=True` checks the hash.

        Raises DataError where the folder is missing, damaged or of another version.
        """
        from btcore.candles.cache import load_folder

        return load_folder(folder, verify=verify)
