"""Markdown tables, numbers as a reader wants them, and pictures that are the same for the same numbers."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

NONE = "-"
WIDE = 50.0  # the largest in smallest values, above which a scale is logarithmic
INK, MUTED, OURS, OTHERS = "#333333", "#8a8f98", "#2a78d6", "#b9c2cf"


def number(value: float | None, digits: int = 3) -> str:
    """Three significant digits, whole numbers in full, thousands apart.

    >>> number(1234.5), number(0.01234), number(7), number(None), number(1.5e-16)
    ('1,234', '0.0123', '7', '-', '1.5e-16')
    """
    if value is None:
        return NONE
    if float(value).is_integer() or abs(value) >= 10 ** (digits - 1):
        return f"{value:,.0f}"
    if abs(value) < 1e-4:
        return f"{value:.1e}"
    return f"{value:.{digits}g}"


def percent(share: float) -> str:
    """
    >>> percent(0.1234), percent(0.99991)
    ('12.3 %', '99.991 %')
    """
    return f"{share * 100:.3f} %" if 0.999 < share < 1 else f"{share * 100:.1f} %"


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]], left: int = 1) -> str:
    """A Markdown table; its first `left` columns hold text, the others numbers."""
    rule = ["---" if place < left else "--:" for place in range(len(headings))]
    lines = [headings, rule, *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines) + "\n"


def bars(names: Sequence[str], values: Sequence[float], title: str, ours: str, shown: Callable[[float], str]) -> str:
    """An SVG of horizontal bars, the shortest on top; the one named `ours` stands out. Wide ranges get a log scale."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    order = sorted(range(len(names)), key=lambda place: -values[place])
    with rc_context({"svg.hashsalt": "btcore", "svg.fonttype": "none", "font.size": 10, "text.color": INK}):
        figure = Figure(figsize=(8.4, 0.34 * len(names) + 0.9), layout="constrained")
        axes = figure.add_subplot()
        colours = [OURS if names[place] == ours else OTHERS for place in order]
        wide = max(values) > WIDE * min(values)
        start = min(values) / 2 if wide else 0.0
        widths = [values[place] - start for place in order]
        drawn = axes.barh([names[place] for place in order], widths, left=start, color=colours, height=0.7)
        axes.bar_label(drawn, labels=[shown(values[place]) for place in order], padding=4, color=INK)
        axes.set_xscale("log" if wide else "linear")
        axes.set_xlim(start, max(values) * (6 if wide else 1.12))
        axes.set_title(title, loc="left", fontsize=11, color=INK)
        return finished(figure, axes)


def finished(figure: Any, *panels: Any) -> str:
    """A figure without frames, as SVG text."""
    for axes in panels:
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(MUTED)
        axes.tick_params(colors=MUTED, labelcolor=INK, length=0)
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, facecolor="white")
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
