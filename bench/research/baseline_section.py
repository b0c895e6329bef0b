"""The part of the research page on where the time of a pandas window per candle goes."""

from __future__ import annotations

from typing import Any

from bench.research.writing import bars, number, percent, table

Result = dict[str, Any]


def section(result: Result) -> str:
    """Markdown of the result of ``bench.baseline``; pictures lie in ``research/``."""
    parts = [_opening, _trades, _bottlenecks, _evidence, _mean, _stages, _layers, _calls, _memory]
    return "## Where the time of a window per candle goes\n\n" + "\n".join(part(result) for part in parts)


def plots(result: Result) -> dict[str, str]:
    """SVG pictures by file name."""
    rows = [row for row in result["pieces"] if row["against_us"] is not None and row["per_candle"]]
    names = [name for row in rows for name in (row["code"], row["against"])]
    values = [value for row in rows for value in (row["us"], row["against_us"])]
    return {
        "baseline-pieces.svg": bars(
            names, values, "Microseconds of one operation: in pandas, and the least that could be done", "",
            lambda us: f"{number(us)} us",
        )
    }  # fmt: skip


def _opening(result: Result) -> str:
    head, found = result["headline"], result["answer"]
    return (
        f"{result['strategy']} The engine slices the last 100 candles as a DataFrame at each close, computes its means "
        "on that window, and searches the exit of each trade in Python. It is correct and plain: nothing was done to "
        "make it slow.\n\n"
        f"**A candle takes {number(found['us_per_candle'])} us. The compiled loops that compute the two means take "
        f"{number(found['kernel_us'])} us of it, {percent(found['kernel_share'])}.** The rest makes objects: "
        f"{number(found['calls_per_candle'])} Python functions are called for a candle, and "
        f"{number(found['window_blocks'])} blocks of memory are taken for its window and means, and given back.\n\n"
        f"Over {head['candles']:,} candles the engine computes for {number(head['baseline_seconds'])} s and btcore for "
        f"{number(head['btcore_seconds'])} s: {percent(head['reduction'])} less, for {head['equal']:,} of "
        f"{head['trades']:,} trades that are the same.\n"
    )


def _trades(result: Result) -> str:
    rows = [
        (
            row["engine"], f"{row['candles']:,}", f"{row['trades']:,}",
            *(number(row[name]) for name in ("seconds", "cpu_seconds", "us_per_candle", "peak_mb", "above_mb")),
            row["observed"], row["load"],
        )
        for row in sorted(result["runs"], key=lambda row: (row["candles"], row["engine"]))
    ]  # fmt: skip
    headings = ("engine", "candles", "trades", "s", "s of computing", "us of it a candle", "peak MB", "MB above",
                "watched by", "load before")  # fmt: skip
    equal = [
        f"{row['candles']:,} candles: {row['equal']:,} of {row['trades']:,} trades are equal to those of btcore, in "
        f"both candles, both prices and the reason; {row['differing']} differ."
        for row in sorted(result["agreement"], key=lambda row: row["candles"])
    ]
    load = (
        "Seconds are on the clock and include waiting where others used the machine, which the load shows (processes "
        "that wanted to run); seconds of computing do not.\n"
    )
    return table(headings, rows) + "\n" + "\n".join(f"- {line}" for line in equal) + "\n\n" + load


def _bottlenecks(result: Result) -> str:
    rows = [
        (row["bottleneck"], number(row["us_per_candle"]), percent(row["share"]), number(row["alone_us"]), row["cause"])
        for row in result["bottlenecks"]
    ]
    lines = table(("step", "us a candle", "share", "us on kept objects", "root cause"), rows).splitlines()
    lines[1] = "|---|--:|--:|--:|---|"
    return (
        "### The bottlenecks, and why\n\nThe steps of a candle, each as what it adds to those before it. On kept "
        "objects the same step, repeated on one window, takes less: pandas works out some things once for each object "
        "and keeps them with it, and here an object lives for one candle.\n\n" + "\n".join(lines) + "\n"
    )


def _evidence(result: Result) -> str:
    rows = [
        (f"`{row['code']}`", number(row["us"]), f"`{row['against']}`", number(row["against_us"]), number(row["times"]))
        for row in result["pieces"]
        if row["against_us"] is not None and row["per_candle"]
    ]
    lines = table(("operation", "us", "the least that could be done", "us", "times"), rows).splitlines()
    lines[1] = "|---|--:|---|--:|--:|"
    picture = "![What the operations of a window cost, and the least they could](research/baseline-pieces.svg)\n"
    return "The same operations beside the least that could be done instead:\n\n" + "\n".join(lines) + "\n\n" + picture


def _mean(result: Result) -> str:
    prefix = "rolling mean: "
    rows = [
        (row["piece"].removeprefix(prefix), number(row["us"]), row["cause"])
        for row in result["pieces"]
        if row["piece"].startswith(prefix)
    ]
    lines = table(("within one rolling mean", "us", ""), rows).splitlines()
    lines[1] = "|---|--:|---|"
    return "\n".join(lines) + "\n"


def _by_size(result: Result, name: str, what: str) -> str:
    sizes = sorted({row["candles"] for row in result[name]})
    shares = {(row[what], row["candles"]): row["share"] for row in result[name]}
    largest = [row[what] for row in result[name] if row["candles"] == sizes[-1]]
    others = [row[what] for row in result[name] if row[what] not in largest]
    rows = [
        (kind, *(percent(shares[kind, size]) if (kind, size) in shares else "-" for size in sizes))
        for kind in dict.fromkeys([*largest, *others])
    ]
    return table((what, *(f"{size:,} candles" for size in sizes)), rows)


def _stages(result: Result) -> str:
    flames = "".join(
        f"\n[The flame graph]({'../bench/results/research/' + row['file']}) of {row['candles']:,} candles holds "
        f"{row['samples']:,} samples, {row['rate']} a second.\n"
        for row in result.get("flames", [])
    )
    return (
        "### What a sampler sees\n\npy-spy looks at the stack of the running process from outside. By the step of the "
        f"engine, the shares hardly depend on the number of candles:\n\n{_by_size(result, 'stages', 'stage')}{flames}"
    )


def _layers(result: Result) -> str:
    text = "By the place of the innermost frame: no single function is slow, the time is spread over all layers.\n\n"
    return text + _by_size(result, "layers", "layer")


def _calls(result: Result) -> str:
    (totals,) = result["totals"]
    rows = [
        (f"`{row['function']}`", row["file"], number(row["calls_per_candle"]), percent(row["own_share"]))
        for row in result["functions"]
    ]
    counted = f"{totals['candles']:,} candles counts {number(totals['calls_per_candle'])} calls a candle"
    slower = f"{number(totals['seconds'])} s for what takes {number(totals['plain_seconds'])} s without it"
    return (
        f"### What is called\n\ncProfile over {counted}. (It takes {slower}, so its shares are those of calls more "
        "than of time.)\n\n" + table(("function", "file", "calls a candle", "own time"), rows, left=2)
    )


def _memory(result: Result) -> str:
    rows = [(row["what"], number(row["mb"]), number(row["blocks"])) for row in result["memory"]]
    return (
        "### Memory\n\nThe windows are views, so memory is not what this engine lacks; most of what a run holds above "
        "its candles are prices as Python numbers, for the search of exits. tracemalloc sees what the signals take, "
        "many small blocks that come and go:\n\n" + table(("what", "MB", "blocks"), rows)
    )
