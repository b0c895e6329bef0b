"""The part of the research page on other ways to compute the signals."""

from __future__ import annotations

from typing import Any

from bench.research.writing import bars, number, table

Result = dict[str, Any]
OURS = "btcore"
GOOD = 1e-12  # relative errors up to which a tool is said to keep its accuracy
SERIES = ("prices", "offset", "spikes")


def section(result: Result) -> str:
    """Markdown of the result of ``bench.alternatives``; pictures lie in ``research/``."""
    parts = [_opening, _figures, _accuracy, _cannot, recommendation]
    return "## Ways to compute the signals without windows\n\n" + "\n".join(part(result) for part in parts)


def plots(result: Result) -> dict[str, str]:
    """SVG pictures by file name."""
    names = [row["name"] for row in result["tools"]]
    milliseconds = [row["cpu_seconds"] * 1e3 for row in result["tools"]]
    title = f"Milliseconds of computing for the signals of {result['candles']:,} candles"
    return {"alternatives.svg": bars(names, milliseconds, title, OURS, lambda ms: f"{number(ms)} ms")}


def _opening(result: Result) -> str:
    tools = sorted(result["tools"], key=lambda row: row["cpu_seconds"])
    (baseline,) = result["baseline"]
    equal = sum(row["equal"] for row in tools)
    return (
        f"Whole columns instead of windows: {len(tools)} tools compute the same signals and levels as the baseline, "
        f"each in one process with one thread. {equal} of them give all signals of its first {baseline['candles']:,} "
        f"candles, with stops and targets to the tick. The slowest is {number(tools[-1]['times'])} times as fast as "
        f"windows ({number(baseline['us_per_candle'])} us a candle), the fastest {number(tools[0]['times'])} times.\n\n"
        "![Time for the signals by tool](research/alternatives.svg)\n"
    )


def _figures(result: Result) -> str:
    rows = [
        (
            row["name"], row["version"], number(row["seconds"] * 1e3), number(row["cpu_seconds"] * 1e3),
            number(row["first_seconds"]), number(row["above_mb"]), row["lines"], row["wrong_signals"],
            "yes" if row["equal"] else "no",
        )
        for row in sorted(result["tools"], key=lambda row: row["cpu_seconds"])
    ]  # fmt: skip
    headings = ("tool", "version", "ms", "ms of computing", "first call s", "MB above candles", "lines of code",
                f"wrong of {result['tools'][0]['signals']:,} signals", "equal to the baseline")  # fmt: skip
    return table(headings, rows, left=2)


def worst(result: Result, tool: str, series: str) -> float | None:
    """The largest error of a tool on a series; None where a quantity has no value."""
    errors = [row["error"] for row in result["accuracy"] if (row["name"], row["series"]) == (tool, series)]
    return None if None in errors else max(errors)


def _accuracy(result: Result) -> str:
    wrong = {(row["name"], row["series"]): row["wrong_signals"] for row in result["accuracy"]}
    rows = []
    for row in result["tools"]:
        cells = [f"{number(worst(result, row['name'], series))} ({wrong[row['name'], series]})" for series in SERIES]
        rows.append((row["name"], *cells))
    return (
        "### Accuracy\n\nThe largest relative error of the two means and of the mean range against exact values, and "
        "in brackets how many signals are wrong for it. *Offset*: the same prices a million higher. *Spikes*: one "
        "close in 5,000 is a million times too high; windows that hold it are not counted, so what remains is what it "
        "leaves behind.\n\n" + table(("tool", "prices", "offset", "spikes"), rows)
    )


def _cannot(result: Result) -> str:
    lines = table(("tool", "what it cannot do"), [(row["name"], row["cannot"]) for row in result["tools"]]).splitlines()
    lines[1] = "|---|---|"
    return "### Limits\n\n" + "\n".join(lines) + "\n"


def recommendation(result: Result) -> str:
    """What to take, from the figures alone."""
    tools = sorted(result["tools"], key=lambda row: row["cpu_seconds"])
    exact = [row for row in tools if row["equal"] and _keeps(result, row["name"])]
    fastest, best = tools[0], exact[0] if exact else None
    drifting = [row["name"] for row in tools if row not in exact]
    lines = ["### Recommendation\n"]
    if best is not None:
        errors = max(worst(result, best["name"], series) or 0.0 for series in SERIES)
        lines.append(
            f"- For signals on whole arrays: **{best['name']}**, {number(best['cpu_seconds'] * 1e3)} ms. It is the "
            f"fastest of the {len(exact)} tools that keep their accuracy on all three series (largest error "
            f"{number(errors)})."
        )
    if best is not fastest:
        error = worst(result, fastest["name"], "spikes")
        lines.append(
            f"- The fastest of all, {fastest['name']} ({number(fastest['cpu_seconds'] * 1e3)} ms), lets rounding "
            f"errors stay: after a spike {'values are missing' if error is None else f'they reach {number(error)}'}."
        )
    if drifting:
        lines.append(f"- Not for histories with wrong prices in them: {'; '.join(drifting)}.")
    slow = max(tools, key=lambda row: row["first_seconds"])
    lines.append(
        f"- Where processes are short, look at the first call: {slow['name']} takes {number(slow['first_seconds'])} s "
        "for it."
    )
    return "\n".join([*lines, _beyond(tools)]) + "\n"


def _keeps(result: Result, tool: str) -> bool:
    return all((error := worst(result, tool, series)) is not None and error <= GOOD for series in SERIES)


def _beyond(tools: list[Result]) -> str:
    ours = next((row for row in tools if row["name"] == OURS), None)
    where = "" if ours is None else f" On arrays btcore takes {number(ours['cpu_seconds'] * 1e3)} ms."
    return (
        "- All of these end at the signals. Which of them become trades depends on when the trade before has ended, "
        "and that no tool for columns can say: it takes a loop over the candles with rules for fills, and then the "
        f"columns in between are not needed either.{where} In a simulation the same expressions run in blocks that "
        "stay in the processor's cache, and no column is written."
    )
