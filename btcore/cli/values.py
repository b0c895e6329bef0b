"""Values of options as text: numbers, sizes, commissions, ``name=value`` pairs. Callbacks as click calls them."""

from __future__ import annotations

import math
from typing import Any

import click

from btcore.costs import Commission
from btcore.entries import checked_size
from btcore.errors import BtcoreError
from btcore.sizes import FixedCash, PercentEquity, RiskPercent

_SIZES = {"percent": PercentEquity, "risk": RiskPercent, "cash": FixedCash}
_COMMISSIONS = {"fill": "per_trade", "unit": "per_unit", "percent": "percent", "minimum": "minimum"}
_TRUTHS = {"true": True, "false": False}


def parsed(text: str) -> int | float | bool | str:
    """An int, a float, a bool or the text itself, whichever it is first.

    >>> parsed("10"), parsed("0.5"), parsed("true"), parsed("fast")
    (10, 0.5, True, 'fast')
    """
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return _TRUTHS.get(text.lower(), text)


def pairs(_: click.Context, parameter: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    """``name=value`` texts as a mapping; a name given twice is an error."""
    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign or not name:
            raise click.BadParameter(f"{text!r} is not name=value")
        if name in found:
            raise click.BadParameter(f"{name} is given twice")
        found[name] = value
    return found


def parsed_pairs(context: click.Context, parameter: click.Parameter, texts: tuple[str, ...]) -> dict[str, Any]:
    """``name=value`` texts as a mapping to parsed values."""
    return {name: parsed(value) for name, value in pairs(context, parameter, texts).items()}


def amounts(_: click.Context, parameter: click.Parameter, text: str | None) -> float | dict[str, float] | None:
    """A number for all instruments, or ``SYMBOL=number`` for each, separated by commas."""
    if text is None:
        return None
    try:
        if "=" not in text:
            return float(text)
        parts = [part.rpartition("=") for part in text.split(",")]
        found = {symbol.strip(): float(number) for symbol, _, number in parts}
    except ValueError:
        found = {}
    if len(found) < text.count(",") + 1 or "" in found:
        raise click.BadParameter(
            f"{text!r} is neither a number nor one per instrument, like EURUSD=0.00005,USDJPY=0.005"
        )
    return found


def names(_: click.Context, parameter: click.Parameter, text: str | None) -> list[str]:
    """Different texts, separated by commas."""
    found = [] if text is None else [part.strip() for part in text.split(",")]
    if "" in found:
        raise click.BadParameter(f"{text!r}: a name is missing between commas")
    twice = next((name for name in found if found.count(name) > 1), None)
    if twice is not None:
        raise click.BadParameter(f"{twice} is given twice")
    return found


def size(_: click.Context, parameter: click.Parameter, text: str | None) -> Any:
    """A number of units, or a sizing rule and its number."""
    if text is None:
        return None
    kind, sign, number = text.rpartition(":")
    try:
        if math.isnan(float(number)):
            raise ValueError(number)
        return _SIZES[kind](float(number)) if sign else checked_size(float(number))
    except (BtcoreError, KeyError, ValueError):
        raise click.BadParameter(
            f"{text!r} is no size: give units like 1000, percent:10 (of equity), risk:1 (percent of equity lost at "
            "the stop) or cash:5000, each above 0"
        ) from None


def size_text(value: Any) -> Any:
    """A size as `size` takes it: a number, or text such as ``risk:1``; None stays None.

    >>> size_text(PercentEquity(10)), size_text(2.0)
    ('percent:10', 2.0)
    """
    for name, kind in _SIZES.items():
        if isinstance(value, kind):
            return f"{name}:{next(iter(vars(value).values())):g}"
    return value


def commission(_: click.Context, parameter: click.Parameter, text: str | None) -> Commission | None:
    """An amount per fill, or parts with their names, separated by commas."""
    if text is None:
        return None
    try:
        parts = [part.rpartition(":") for part in text.split(",")]
        amounts = {_COMMISSIONS[kind or "fill"]: float(number) for kind, _, number in parts}
        if len(amounts) < len(parts):
            raise ValueError(text)
        return Commission(**amounts)
    except (BtcoreError, KeyError, ValueError):
        raise click.BadParameter(
            f"{text!r} is no commission: give an amount per fill like 2.5, or parts like percent:0.1 (of the "
            "notional) or unit:0.005,minimum:1, none below 0"
        ) from None
