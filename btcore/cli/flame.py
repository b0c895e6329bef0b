"""Flame graphs: stacks with their weights as one SVG picture that needs no script."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape

__all__ = ["flame_graph"]

WIDTH, ROW, EDGE, TOP = 1200, 18, 10, 46
CHARACTER = 6.6  # pixels of one, in the font below
LEAST = 0.4  # pixels under which a frame is left out
HUES = ((38, 92), (28, 90), (46, 88), (18, 84), (52, 82))  # hue and saturation, by name


@dataclass
class _Frame:
    name: str
    weight: float = 0.0
    inner: dict[str, _Frame] = field(default_factory=dict)


def flame_graph(stacks: Mapping[tuple[str, ...], float], title: str, unit: str) -> str:
    """An SVG flame graph: each frame as wide as its share, callers below what they call, no frame in time order.

    Parameters
    ----------
    stacks : mapping of tuple of str to float
        Names from the outermost to the innermost frame, and a weight above 0 that is the innermost frame's own.
    title : str
    unit : str
        Of the weights, shown when the pointer rests on a frame.

    Returns
    -------
    str
        The same for the same stacks.

    Raises
    ------
    ValueError
        If no stack has a weight.

    Examples
    --------
    >>> picture = flame_graph({("run", "read"): 3.0, ("run", "compute"): 1.0}, "One run", "ms")
    >>> picture.startswith("<svg"), "read: 3 ms, 75.0 %" in picture
    (True, True)
    """
    root = _Frame("all")
    for names, weight in stacks.items():
        _add(root, names, weight)
    if root.weight <= 0:
        raise ValueError("no stack has a weight: there is nothing to draw")
    scale = (WIDTH - 2 * EDGE) / root.weight
    depth = _depth(root, scale)
    height = TOP + depth * ROW + EDGE
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'font-family="Menlo, Consolas, monospace" font-size="11">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{WIDTH // 2}" y="26" text-anchor="middle" font-size="15" fill="#222222">{escape(title)}</text>',
        *_drawn(root, EDGE, TOP + (depth - 1) * ROW, scale, root.weight, unit),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _add(root: _Frame, names: tuple[str, ...], weight: float) -> None:
    frame = root
    frame.weight += weight
    for name in names:
        frame = frame.inner.setdefault(name, _Frame(name))
        frame.weight += weight


def _depth(frame: _Frame, scale: float) -> int:
    seen = [_depth(inner, scale) for inner in frame.inner.values() if inner.weight * scale >= LEAST]
    return 1 + max(seen, default=0)


def _drawn(frame: _Frame, x: float, y: float, scale: float, whole: float, unit: str) -> Iterator[str]:
    """The rectangle of a frame and of all above it."""
    width = frame.weight * scale
    hint = f"{frame.name}: {frame.weight:,.4g} {unit}, {frame.weight / whole:.1%}".replace("%", " %")
    yield (
        f'<g><title>{escape(hint)}</title><rect x="{x:.2f}" y="{y:.0f}" width="{width:.2f}" height="{ROW - 1}" '
        f'rx="1" fill="{_colour(frame.name)}"/>{_label(frame.name, x, y, width)}</g>'
    )
    for name in sorted(frame.inner):
        inner = frame.inner[name]
        if inner.weight * scale >= LEAST:
            yield from _drawn(inner, x, y - ROW, scale, whole, unit)
        x += inner.weight * scale


def _label(name: str, x: float, y: float, width: float) -> str:
    room = int((width - 6) / CHARACTER)
    if room < 3:
        return ""
    text = name if len(name) <= room else f"{name[: room - 2]}.."
    return f'<text x="{x + 3:.2f}" y="{y + 12:.0f}" fill="#222222">{escape(text)}</text>'


def _colour(name: str) -> str:
    code = zlib.crc32(name.encode())
    hue, saturation = HUES[code % len(HUES)]
    return f"hsl({hue},{saturation}%,{62 + code // 8 % 14}%)"
