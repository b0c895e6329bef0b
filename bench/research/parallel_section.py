"""The report on parallelisation, from what ``bench.parallel.run`` wrote."""

from __future__ import annotations

from typing import Any

from bench.research.words import count, listed, megabytes, microseconds, seconds
from bench.research.writing import bars, number, table

Row = dict[str, Any]
OWN = "btcore, processes"
OTHERS = 19  # tasks beside the culprit
FLOOR = "serial"
PICTURES = (
    (
        "parallel-start.svg",
        "start_s",
        1.0,
        "Seconds from importing the tool to the first answer of every worker",
        seconds,
    ),
    ("parallel-task.svg", "empty_us", 1.0, "Microseconds that a tool adds to a task", microseconds),
    ("parallel-memory.svg", "large_mb", 1.0, "Megabytes of all processes beyond the mapped candles", megabytes),
)


def section(result: Row) -> str:
    """Markdown of the whole report."""
    parts = [answer, speed_text, figures, batches, pictures, troubles_text, troubles, handover_text, handover]
    texts = [part(result).rstrip("\n") for part in (*parts, recommendation)]
    return "## Running many at once\n\n" + "\n\n".join(text for text in texts if text) + "\n"


def plots(result: Row) -> dict[str, str]:
    """SVG pictures by file name."""
    made = {}
    for name, key, scale, title, shown in PICTURES:
        rows = [row for row in result["tools"] if row.get(key)]
        values = [row[key] * scale for row in rows]
        made[name] = bars([row["tool"] for row in rows], values, title, OWN, shown)
    return made


def pictures(result: Row) -> str:
    return "\n\n".join(f"![{title}](research/{name})" for name, _, _, title, _ in PICTURES)


def found(result: Row, name: str) -> Row:
    return next((row for row in result["tools"] if row["tool"] == name), {})


def survivors(tools: list[Row]) -> list[Row]:
    """Tools that finish all others where a worker is killed, and go on."""
    return [row for row in tools if survives(row["killed"])]


def survives(killed: Row) -> bool:
    return killed.get("finished") == OTHERS and bool(killed.get("usable")) and "hangs" not in killed


def answer(result: Row) -> str:
    tools = result["tools"]
    processes = [row for row in tools if not row["local"]]
    alive = [row["tool"] for row in survivors(processes)]
    waiting = [row["tool"] for row in processes if row["killed"].get("hangs")]
    took = [row["large_s"] for row in processes if "large_s" in row]
    return (
        f"**Which tool?** The same {count(result['tasks']['large'])} large tasks take from {seconds(min(took))} to "
        f"{seconds(max(took))}; what tells tools apart is what they do when something goes wrong. Of "
        f"{count(len(processes))} ways to use processes, {count(len(alive))} lose nothing but the culprit when a "
        f"worker is killed ({listed(alive)}), and {count(len(waiting))} wait for ever ({listed(waiting)})."
    )


def figures(result: Row) -> str:
    tasks = result["tasks"]
    head = ["tool", "start", "empty task", "the same, 20 at a time", f"{count(tasks['large'])} large tasks",
            f"{count(tasks['small'])} small", "the same, 20 at a time", "large, of the loop", "memory"]  # fmt: skip
    rows = []
    for row in result["tools"]:
        empty = [microseconds(row.get(key)) for key in ("empty_us", "empty_chunked_us")]
        work = [seconds(row.get(key)) for key in ("large_s", "small_s", "small_chunked_s")]
        share = row["large_s"] / row["large_loop_s"] if "large_loop_s" in row and "large_s" in row else None
        rows.append(
            [row["tool"], seconds(row.get("start_s")), *empty, *work, number(share), megabytes(row.get("large_mb"))]
        )
    return table(head, rows)


def speed_text(result: Row) -> str:
    serial, tasks = found(result, FLOOR), result["tasks"]
    return (
        f"{count(result['workers'])} workers; {count(result['candles'])} candles, mapped by every process. A large "
        f"task is a chunk of a batch ({_each(serial, 'large', tasks)} of work, alone), a small one a single simulation "
        f"({_each(serial, 'small', tasks)}); {FLOOR} is the loop without any tool, and what is measured against. "
        "*Of the loop*: the share of the time that a loop over them took in the same program, just before. "
        "*Start* is from importing the tool to the first answer of every worker. *Memory* is that of all processes "
        "together while large tasks run, shared pages counted once, mapped candles not counted. The rows of btcore "
        "run the same tasks as functions inside simulations, in chunks of the batch's own, and start their workers "
        "anew for each batch: that is in every figure." + _loaded(result)
    )


def _loaded(result: Row) -> str:
    """A warning where the machine was in use."""
    load = result["made"]["load"]
    if load <= 1.0:
        return ""
    return (
        f" **Other work ran at the same time** (load {number(load)} when the last part began), and not the same "
        "for every row: what becomes of failures, and memory, may be compared, seconds hardly."
    )


def batches(result: Row) -> str:
    """The same simulations by ``run_batch``."""
    found = [
        f"{row['tool'].removeprefix('btcore, ')} {seconds(row['large_batch_s'])} (large) and "
        f"{seconds(row['small_batch_s'])} (small)"
        for row in result["tools"]
        if "large_batch_s" in row and "small_batch_s" in row
    ]
    text = "Given to btcore as one batch instead, the same simulations share operators within each chunk: "
    return f"{text}{listed(found)}." if found else ""


def _each(serial: Row, kind: str, tasks: Row) -> str:
    return seconds(serial[f"{kind}_s"] / tasks[kind]) if f"{kind}_s" in serial else "unknown"


def troubles_text(result: Row) -> str:
    return (
        "### When something goes wrong\n\nEach was done for real, in a program of its own, with twenty tasks of which "
        "one goes wrong. *Hangs*: the program had to be killed. *Stubborn*: the exception can be pickled and cannot be "
        "made again from its pickle, as happens with classes whose `__init__` takes other arguments than it hands on. "
        "*Ctrl-C*: until the program had ended while tasks of a second each were running."
    )


def troubles(result: Row) -> str:
    head = ["tool", "a task raises", "stubborn exception", "a worker is killed", "lambda", "Ctrl-C"]
    rows = []
    for row in result["tools"]:
        told = [outcome(row[key]) for key in ("raises", "stubborn", "killed")]
        rows.append([row["tool"], *told, lambdas(row["anonymous"]), interrupt(row["interrupted"])])
    return table(head, rows, left=6)


def outcome(row: Row) -> str:
    """What became of the other tasks, and of the tool."""
    if row.get("hangs"):
        return "**hangs**" if "finished" not in row else f"{_lost(row)}; then **hangs**"
    if "finished" not in row:
        return "ends the program" if row.get("code", 0) < 0 else f"fails: {row.get('fails', '')}"
    late = f", after {seconds(row['seconds'])}" if row["seconds"] > 2 else ""
    return _lost(row) + ("" if row.get("usable") else ", and the pool is broken") + late


def _lost(row: Row) -> str:
    return "only itself" if row["lost"] == 0 else f"{count(row['lost'])} others are lost"


def lambdas(row: Row) -> str:
    if row.get("hangs"):
        return "**hangs**"
    return "yes" if row.get("works") else f"no ({row.get('error') or row.get('fails', '')})"


def interrupt(row: Row) -> str:
    if row.get("hangs"):
        return "**hangs**"
    return seconds(row["seconds"]) + (f", {count(row['left'])} processes stay" if row.get("left") else "")


def handover_text(result: Row) -> str:
    ways = [way for way in result["handover"] if "seconds" in way]
    if not ways:
        return "### Handing over the candles"
    least, most = min(ways, key=_seconds), max(ways, key=_seconds)
    return (
        f"### Handing over the candles\n\n{megabytes(ways[0]['candles_mb'])} of columns; from having them to the last "
        f"of two complete reads by each of {count(result['workers'])} workers that were running already. A read alone "
        f"takes {seconds(min(way['reading_s'] for way in ways))}. *More memory* is the most that all processes held "
        f"beyond what they held before. Slowest against fastest ({most['way']} against {least['way']}): "
        f"{number(most['seconds'] / least['seconds'])} times as long."
    )


def _seconds(way: Row) -> float:
    return float(way["seconds"])


def handover(result: Row) -> str:
    rows = [
        [way["way"], way["tool"], seconds(way.get("seconds")), megabytes(max(0.0, way["more_mb"]))]
        if "seconds" in way
        else [way["way"], way["tool"], "**hangs**" if way.get("hangs") else "fails", "-"]
        for way in result["handover"]
    ]
    return table(["way", "tool", "time", "more memory"], rows, left=2)


def recommendation(result: Row) -> str:
    """From the figures alone: who survives, what that costs, and what is built in."""
    alive = [row for row in survivors(result["tools"]) if not row["local"] and "start_s" in row]
    alive.sort(key=lambda row: row["start_s"])
    costs = "; ".join(
        f"{row['tool']}: {seconds(row['start_s'])} to start, {microseconds(row.get('empty_us'))} a task, "
        f"{megabytes(row.get('large_mb'))}"
        for row in alive
    )
    first = alive[0]["tool"] if alive else "none"
    return (
        "### Recommendation\n\n"
        f"Batches run for hours, so a tool has to survive the death of a worker and say whose fault it was. Those that "
        f"do, by the time they take to start: {costs}. On one machine: **{first}**.{_compiled(result)} Candles are "
        f"handed over as {_way(result)}, whatever the tool.\n\n"
        'In btcore these are `executor="processes"` (the default: workers of its own from a fork server, each watched; '
        '[why](decisions/14-worker-processes.md)), `"threads"`, `"serial"` for debugging, `"dask"` and `"ray"` for '
        "clusters, and any object with `submit`, such as a pool of loky. An executor is one file in "
        "`btcore/batch/executors/`, and a batch gives the same bytes on all of them; see "
        "[batches](batches.md#choosing-an-executor)."
    )


def _compiled(result: Row) -> str:
    """Whether compiled strategies gain by threads."""
    threads, processes = (found(result, f"btcore, {name}") for name in ("threads", "processes"))
    if "small_batch_s" not in threads or "small_batch_s" not in processes:
        return ""
    better = threads["small_batch_s"] < processes["small_batch_s"]
    return (
        f" Compiled strategies release the GIL: a batch of {count(result['tasks']['small'])} simulations takes "
        f"{seconds(threads['small_batch_s'])} on threads, which share the candles as they are, and "
        f"{seconds(processes['small_batch_s'])} on processes, so for them **{'threads' if better else 'processes'}**; "
        "functions in Python hold it and need processes."
    )


def _way(result: Row) -> str:
    """Ways that copy nothing, but for forking: a process that has threads must not be forked."""
    small = [way for way in result["handover"] if "seconds" in way and way["more_mb"] < 0.1 * way["candles_mb"]]
    safe = sorted((way for way in small if not way["way"].startswith("fork")), key=_seconds)
    if not safe:
        return "files that every worker maps"
    return f"{safe[0]['way']} ({seconds(safe[0]['seconds'])}, {megabytes(max(0.0, safe[0]['more_mb']))} more)"
