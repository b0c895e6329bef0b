"""Numbers, prices, times and periods as people read them; consoles that print text as it is."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

NONE = "-"
WIDEST = 10_000
_PERIODS = ((604_800, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def console(*, stderr: bool = False) -> Console:
    """A console that neither highlights nor interprets what it prints."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, highlight=False, emoji=False)


def table(*columns: str, left: int = 1) -> Table:
    """An empty table; its first `left` columns hold text, the others numbers."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for place, heading in enumerate(columns):
        made.add_column(heading, justify="left" if place < left else "right", no_wrap=True)
    return made


def say(out: Console, line: str) -> None:
    """A line of prose, broken between words where a person sees it and left whole for a program."""
    out.print(line, soft_wrap=not out.is_terminal)


def print_table(out: Console, made: Table) -> None:
    """Print a table whole: a narrow terminal wraps its lines, but no number is cut."""
    room = out.width
    out.width = max(room, out.measure(made, options=out.options.update(width=WIDEST)).maximum)
    out.print(made)
    out.width = room


def count(value: float) -> str:
    """
    >>> count(6922364)
    '6,922,364'
    """
    return f"{value:,.0f}"


def decimal(value: float) -> str:
    """Two decimals, more where the value is small.

    >>> decimal(1234.567), decimal(-0.00001234), decimal(float("nan")), decimal(float("inf"))
    ('1,234.57', '-0.0000123', '-', 'inf')
    """
    if math.isnan(value):
        return NONE
    return _small(value, 3) if 0 < abs(value) < 0.1 else f"{value:,.2f}"


def percent(value: float) -> str:
    """
    >>> percent(12.345), percent(0.0012)
    ('12.3 %', '0.0012 %')
    """
    if math.isnan(value):
        return NONE
    return f"{value:,.1f} %" if value == 0 or abs(value) >= 0.1 else f"{_small(value, 2)} %"


def _small(value: float, digits: int) -> str:
    return np.format_float_positional(value, precision=digits, fractional=False, unique=False, trim="-")


def share(value: float) -> str:
    """A share of 1 in percent.

    >>> share(0.5)
    '50.0 %'
    """
    return percent(value * 100.0)


def price_decimals(tick: float) -> int:
    """How many decimals a price on the grid of `tick` has.

    >>> price_decimals(1e-05), price_decimals(0.25), price_decimals(5.0)
    (5, 2, 0)
    """
    exponent = Decimal(repr(tick)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def step(tick: float) -> str:
    """A tick without an exponent.

    >>> step(1e-05), step(5.0)
    ('0.00001', '5')
    """
    return f"{tick:.{price_decimals(tick)}f}"


def moment(nanoseconds: Any) -> str:
    """A time in ns UTC to the minute, to the second where it has seconds.

    >>> moment(946893600000000000)
    '2000-01-03 10:00'
    """
    time = np.datetime64(int(nanoseconds), "ns")
    unit = "m" if int(nanoseconds) % 60_000_000_000 == 0 else "s"
    return str(time.astype(f"datetime64[{unit}]")).replace("T", " ")


def duration(seconds: float) -> str:
    """
    >>> duration(2.345), duration(0.0123)
    ('2.35 s', '12.3 ms')
    """
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def period(nanoseconds: int) -> str:
    """
    >>> period(60_000_000_000), period(14_400_000_000_000), period(0)
    ('1 minute', '4 hours', 'unknown period')
    """
    seconds = nanoseconds / 1e9
    for length, name in _PERIODS:
        if seconds >= length and seconds % length == 0:
            number = int(seconds // length)
            return f"{number} {name}{'s' if number > 1 else ''}"
    return f"{seconds:g} seconds" if seconds else "unknown period"
