"""Tables over the benchmarks of one run: nanoseconds per candle by library, and ratios within a group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

OURS = "btcore"


def _medians(benchmarks: Iterable[Any]) -> dict[str, dict[str, tuple[float, int]]]:
    """group: {contender: (median seconds, values per call)} of the benchmarks that name a contender."""
    groups: dict[str, dict[str, tuple[float, int]]] = {}
    for bench in benchmarks:
        contender = bench.extra_info.get("contender")
        if contender is not None and not bench.has_error:
            values = bench.extra_info.get("values", 0)
            groups.setdefault(bench.group, {})[contender] = bench.stats.median, values
    return groups


def tables(benchmarks: Iterable[Any]) -> Iterator[tuple[str, list[str]]]:
    """(title, lines) of each table that these benchmarks fill."""
    groups = _medians(benchmarks)
    per_value = {name: rows for name, rows in groups.items() if all(values for _, values in rows.values())}
    if per_value:
        yield "nanoseconds per candle, medians; ratio: btcore to the best other", list(_grid(per_value))
    totals = {name: rows for name, rows in groups.items() if name not in per_value}
    if totals:
        yield "medians within one run; ratio: to btcore", list(_ratios(totals))


def _grid(groups: dict[str, dict[str, tuple[float, int]]]) -> Iterator[str]:
    names = list(dict.fromkeys(name for rows in groups.values() for name in rows))
    yield f"| operator | {' | '.join(names)} | ratio |"
    yield f"|---{'|---' * len(names)}|---|"
    for group, rows in groups.items():
        figures = {name: seconds / values * 1e9 for name, (seconds, values) in rows.items()}
        others = [figure for name, figure in figures.items() if name != OURS]
        ratio = f"{figures[OURS] / min(others):.2f}" if others and OURS in figures else "-"
        cells = [f"{figures[name]:.2f}" if name in figures else "-" for name in names]
        yield f"| {group} | {' | '.join(cells)} | {ratio} |"


def _ratios(groups: dict[str, dict[str, tuple[float, int]]]) -> Iterator[str]:
    yield "| work | engine | seconds | ratio |"
    yield "|---|---|---|---|"
    for group, rows in groups.items():
        for name, (seconds, _) in rows.items():
            ratio = f"{seconds / rows[OURS][0]:.2f}" if OURS in rows else "-"
            yield f"| {group} | {name} | {seconds:.4f} | {ratio} |"
