"""What a reader needs to know beside the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Options of one reading.

    Parameters
    ----------
    tz : zone of times that carry none; None where the user gave none
    symbol : name of the instrument
    columns : names of columns where they are not the usual ones
    time_unit : unit of times that are whole numbers since 1970 UTC: "s", "ms", "us" or "ns"; None for other times
    """

    tz: Any = None
    symbol: str = ""
    columns: Mapping[str, str] | None = None
    time_unit: str | None = None
