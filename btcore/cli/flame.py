"""Flame graphs: stacks with their weights as one SVG picture that needs no script."""

from __future__ import annotations

import colorsys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

__all__ = ["flame_graph", "flame_graphs"]

WIDTH, ROW, EDGE, TOP = 1200, 18, 10, 46
CHARACTER = 6.6  # pixels of one, in the font below
LEAST = 0.4  # pixels under which a frame is left out
HUES = ((38, 0.92), (28, 0.90), (46, 0.88), (18, 0.84), (52, 0.82))  # hue in degrees and saturation, by name

Stacks = Mapping[tuple[str, ...], float]


@dataclass
class _Frame:
    name: str
    weight: float = 0.0
    inner: dict[str, _Frame] = field(default_factory=dict)


def flame_graph(stacks: Stacks, title: str, unit: str) -> str:
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
    return flame_graphs([(title, stacks)], unit)


def flame_graphs(graphs: Sequence[tuple[str, Stacks]], unit: str) -> str:
    """Several (title, stacks) in one picture, one below the other; otherwise as ``flame_graph``."""
    lines: list[str] = []
    top = 0
    for title, stacks in graphs:
        root = _Frame("all")
        for names, weight in stacks.items():
            _add(root, names, weight)
        if root.weight <= 0:
            raise ValueError("no stack has a weight: there is nothing to draw")
        scale = (WIDTH - 2 * EDGE) / root.weight
        depth = _depth(root, scale)
        heading = f'text-anchor="middle" font-size="15" fill="#222222">{escape(title)}</text>'
        lines.append(f'<text x="{WIDTH // 2}" y="{top + 26}" {heading}')
        lines += _drawn(root, EDGE, top + TOP + (depth - 1) * ROW, scale, root.weight, unit)
        top += TOP + depth * ROW + EDGE
    size = f'viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}"'
    font = 'font-family="Menlo, Consolas, monospace" font-size="11"'
    start = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {font}>'
    ground = f'<rect width="{WIDTH}" height="{top}" fill="#ffffff"/>'
    return "\n".join([start, ground, *lines, "</svg>"]) + "\n"


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
    lightness = (62 + code // 8 % 14) / 100
    return "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue / 360, lightness, saturation))
