"""Times, memory, lists of names and machines as the page writes them; plain numbers and tables are in ``writing``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.research.writing import NONE, number

UNITS = (
    (1e-3, 1e-6, "us"),
    (1.0, 1e-3, "ms"),
    (600.0, 1.0, "s"),
    (2 * 3600.0, 60.0, "min"),
    (float("inf"), 3600.0, "h"),
)


def seconds(value: float | None) -> str:
    """In a unit that suits.

    >>> seconds(0.00012), seconds(0.25), seconds(7000.0), seconds(14400.0), seconds(None)
    ('120 us', '250 ms', '117 min', '4 h', '-')
    """
    if value is None:
        return NONE
    scale, unit = next((scale, unit) for limit, scale, unit in UNITS if value < limit)
    return f"{number(round(value / scale, 9))} {unit}"


def microseconds(value: float | None) -> str:
    return seconds(None if value is None else value / 1e6)


def count(value: float | None) -> str:
    return NONE if value is None else f"{value:,.0f}"


def megabytes(value: float | None) -> str:
    """
    >>> megabytes(76.2), megabytes(16_384.0)
    ('76 MB', '16.0 GB')
    """
    if value is None:
        return NONE
    return f"{value:,.0f} MB" if value < 4096 else f"{value / 1024:.1f} GB"


def listed(names: Sequence[str]) -> str:
    """
    >>> listed(["a", "b", "c"]), listed([])
    ('a, b and c', 'none')
    """
    if len(names) < 2:
        return names[0] if names else "none"
    return f"{', '.join(names[:-1])} and {names[-1]}"


def machine(made: dict[str, Any]) -> str:
    """Where and when, in a line."""
    packages = ", ".join(f"{name} {version}" for name, version in made.get("versions", {}).items())
    return (
        f"{made['date']}; {made['processor']}, {made['cores']} cores, {made['system']}; Python {made['python']}, "
        f"{packages}; commit {made['revision']}, load {made['load']}"
    )
