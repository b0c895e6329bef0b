"""Text with a header line: ``timestamp,open,high,low,close[,volume]``, as from FXCM and many others.

The separator is a comma, semicolon, tab or bar. Times that carry an offset keep it, others need ``tz=``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from btcore.candles.columns import Columns
from btcore.data.text import has_header, read_text

if TYPE_CHECKING:
    from btcore.data.options import ReadOptions
    from btcore.data.source import Source

NAMES = ("csv", "fxcm")


def matches(source: Source) -> bool:
    """True where the first line names at least two of open, high, low and close."""
    return has_header(source)


def read(source: Source, options: ReadOptions) -> Columns:
    """The columns of the file."""
    return read_text(source, options)
