"""One measurement of one tool, in this process: ``python -m bench.parallel.case TOOL WHAT OPTIONS OUT``.

OPTIONS is JSON; OUT gets the figures as JSON. What a hanging tool has found by then is lost: the caller has a limit.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import signal
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.parallel import handover, work
from bench.parallel.tools import TOOLS, Tool, make
from bench.parallel.watch import MARK, Peak, marked

Options = dict[str, Any]
Figures = dict[str, Any]


def _seconds(run: Callable[[], Any], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        run()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def _ready(name: str, options: Options) -> Tool:
    """The tool with workers that have answered; the caller's patience begins here."""
    tool = make(name, options["workers"])
    tool.map(work.nothing, range(4))
    Path(options["partial"]).with_suffix(".ready").touch()
    return tool


def _text(error: BaseException) -> str:
    """Class and the last line that is not empty."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[-1].strip() if lines else ''}"[:160]


def start(name: str, options: Options) -> Figures:
    """From importing the tool to the first answer of every worker; btcore is loaded here before, as in any program."""
    import btcore as bt

    bt.simulate([bt.Order(0, "long", max_bars=1)], bt.synthetic_candles(100))
    begun = time.perf_counter()
    tool = make(name, options["workers"])
    tool.map(work.first_use, range(options["workers"]))
    seconds = time.perf_counter() - begun
    processes = len(marked(os.environ[MARK]))
    tool.close()
    package = TOOLS[name].package
    version = importlib.metadata.version(package) if package else ".".join(map(str, sys.version_info[:3]))
    return {"start_s": seconds, "processes": processes, "version": version}


def empty(name: str, options: Options) -> Figures:
    """What a task costs that does nothing, one by one and twenty at a time."""
    tool = make(name, options["workers"])
    count = options["empty"]
    tool.map(work.nothing, range(count))
    figures = {}
    for key, chunk in (("empty_us", 1), ("empty_chunked_us", 20)):
        figures[key] = _seconds(lambda chunk=chunk: tool.map(work.nothing, range(count), chunk), 3) / count * 1e6
    tool.close()
    return figures


def throughput(name: str, options: Options) -> Figures:
    """Seconds of all tasks of a kind, and the most memory that all processes held."""
    kind, count = options["kind"], options["count"]
    items = work.tasks(options["folder"], kind, count)
    watch = Peak(os.environ[MARK])
    watch.start()
    tool = make(name, options["workers"])
    for item in items[: work.PARTS]:
        work.simulated(item)  # the files are mapped
    begun = time.perf_counter()
    expected = sum(work.simulated(item) for item in items[: work.PARTS])
    loop = (time.perf_counter() - begun) / len(items[: work.PARTS]) * count
    found = tool.map(work.simulated, items[: work.PARTS])
    if found[0] is not None and abs(sum(found) - expected) > 1e-9 * abs(expected):
        raise RuntimeError(f"{name}: other results than in this process")
    tool.map(work.simulated, items)
    memory = watch.stop()
    figures: Figures = {f"{kind}_s": _seconds(lambda: tool.map(work.simulated, items), options["rounds"])}
    figures |= {f"{kind}_mb": memory, f"{kind}_loop_s": loop}
    if name.startswith("btcore"):
        tool.close()
        figures[f"{kind}_batch_s"] = _seconds(lambda: _batch(tool, items), options["rounds"])
    elif kind == "small":
        figures["small_chunked_s"] = _seconds(lambda: tool.map(work.simulated, items, 20), options["rounds"])
    tool.close()
    return figures


def _batch(tool: Any, items: list[work.Task]) -> None:
    """The same simulations as one batch, which cuts them itself and shares operators in each chunk."""
    import btcore as bt

    listed = work.simulations(items)
    done = bt.run_batch(listed, executor=tool.executor, workers=tool.workers, progress=False)
    assert done.status == {"completed": len(listed)}


def failing(name: str, options: Options) -> Figures:
    """Twenty tasks, one of which goes wrong: what becomes of it and of the others, and whether the tool still works."""
    tool = _ready(name, options)
    begun = time.perf_counter()
    found = tool.outcomes(getattr(work, options["function"]), range(20))
    seconds = time.perf_counter() - begun
    errors = [value for value in found if isinstance(value, BaseException)]
    culprit = found[work.CULPRIT]
    figures: Figures = {
        "seconds": seconds,
        "finished": len(found) - len(errors),
        "lost": len(errors) - isinstance(culprit, BaseException),
        "error": _text(culprit) if isinstance(culprit, BaseException) else "",
    }
    Path(options["partial"]).write_text(json.dumps(figures))
    try:
        tool.map(work.nothing, range(4))
        figures["usable"] = True
    except Exception as error:
        figures["usable"] = False
        figures["unusable"] = type(error).__name__
    Path(options["partial"]).write_text(json.dumps(figures))
    tool.close()
    return figures


def anonymous(name: str, options: Options) -> Figures:
    """Whether a lambda and what it closes over reach a worker."""
    tool = _ready(name, options)
    added = 3
    found = tool.outcomes(lambda number: number + added, range(4))
    tool.close()
    wrong = [value for value in found if isinstance(value, BaseException)]
    return {"works": not wrong, "error": type(wrong[0]).__name__ if wrong else ""}


def interrupted(name: str, options: Options) -> Figures:
    """Works until the caller sends SIGINT to the group, as a terminal does."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would ignore it
    tool = _ready(name, options)
    try:
        tool.map(work.sleeping, [options["sign"]] * 40)
    finally:
        tool.close()
    return {}


CASES: dict[str, Callable[[str, Options], Figures]] = {
    "start": start, "empty": empty, "throughput": throughput, "failing": failing, "anonymous": anonymous,
    "interrupted": interrupted, "handover": handover.measure,
}  # fmt: skip


def main(name: str, what: str, options: str, out: str) -> None:
    Path(out).write_text(json.dumps(CASES[what](name, json.loads(options))))


if __name__ == "__main__":
    main(*sys.argv[1:5])
