"""An experiment as a person reads it, and as one JSON object: its best rows, its failures, where it is kept."""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from btcore.batch.criteria import LOWER_IS_BETTER
from btcore.batch.experiment import Experiment
from btcore.batch.simulations import Simulation, Status
from btcore.cli.document import plain
from btcore.cli.figures import FIGURES
from btcore.cli.text import NONE, count, print_table, say, table

__all__ = ["check_figure", "document", "ranked", "show", "show_failures", "show_files", "show_table"]

COLUMNS = {
    "trades": "Trades", "net": "Net", "win_rate": "Win rate", "profit_factor": "PF",
    "max_drawdown_percent": "Drawdown", "sharpe": "Sharpe",
}  # fmt: skip
WRITERS: dict[str, Callable[[float], str]] = {
    **{key: write for key, _, write, _ in FIGURES}, "seconds": lambda value: f"{value:.3f}",
}  # fmt: skip
KINDS_SHOWN = 10
TEXT_SHOWN = 24
FRAME = re.compile(r'^  File "([^"]+)", line (\d+)', re.MULTILINE)


def check_figure(name: str, parameters: Collection[str]) -> None:
    """Raises click.UsageError if a table cannot be sorted by that."""
    known = [*WRITERS, *parameters]
    if name not in known:
        near = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {near[0]}?" if near else f"statistics are {', '.join(WRITERS)}"
        raise click.UsageError(f"--sort {name}: there is no such statistic or parameter; {hint}")


def show(
    out: Console, experiment: Experiment, by: str, top: int, seconds: float | None = None, *, debug: bool = False
) -> None:
    """Everything: counts, the best rows, failures (with `debug` their tracebacks)."""
    say(out, headline(experiment, seconds))
    best = ranked(experiment.simulations, by)
    if best and top:
        out.print()
        show_table(out, best[:top], by, experiment.simulations)
    if best and 0 < top < len(best):
        say(out, f"The best {top:,} of {len(best):,} by {by}; --top shows more.")
    show_failures(out, experiment.failures, debug=debug)


def headline(experiment: Experiment, seconds: float | None) -> str:
    """Name, counts, trades and time."""
    if not experiment.simulations:
        return f"{experiment.name}: no simulations"
    parts = [f"{number:,} {name}" for name, number in experiment.status.items()]
    known = sum(s.status == Status.COMPLETED and s.start_time is None for s in experiment.simulations)
    if seconds is not None and known:
        parts.append(f"{known:,} of them known from before")
    trades = sum(s.result.stats["trades"] for s in experiment.simulations if s.result)
    took = "" if seconds is None else f" in {seconds:.2f} s"
    total = f"{len(experiment.simulations):,} simulation{'s' * (len(experiment.simulations) != 1)}"
    return f"{experiment.name}: {total}, {', '.join(parts)}; {count(trades)} trades{took}"


def ranked(simulations: Sequence[Simulation], by: str) -> list[Simulation]:
    """The completed ones, the best first: the highest, or the lowest of what is better low; without a number last."""
    done = [s for s in simulations if s.result is not None]
    sign = 1 if by in LOWER_IS_BETTER else -1

    def order(simulation: Simulation) -> tuple[bool, float]:
        value = value_of(simulation, by)
        number = float(value) if isinstance(value, (int, float)) else math.nan
        return math.isnan(number), sign * number if not math.isnan(number) else 0.0

    return sorted(done, key=order)


def value_of(simulation: Simulation, name: str) -> Any:
    """A statistic, the seconds or a parameter of a completed simulation."""
    if name == "seconds":
        return simulation.execution_time
    stats = {} if simulation.result is None else simulation.result.stats
    return stats[name] if name in stats else simulation.parameters.get(name)


def show_table(out: Console, rows: Sequence[Simulation], by: str, among: Sequence[Simulation]) -> None:
    """A row for each; columns of names and parameters only where they differ in `among`.

    Strategies whose parameters have other names share one column of them.
    """
    texts: dict[str, Callable[[Simulation], str]] = {}
    for name in ("strategy", "instrument"):
        if len({_name(s, name) for s in among}) > 1:
            texts[name.capitalize()] = lambda s, name=name: _name(s, name)  # type: ignore[misc]
    differing = [name for name in _parameters(among) if len({repr(s.parameters.get(name)) for s in among}) > 1]
    is_shared = all(name in s.parameters for s in among for name in differing)
    if not is_shared:
        texts["Parameters"] = lambda s: ", ".join(f"{n}={_short(v)}" for n, v in s.parameters.items() if n in differing)
    figures = [*([by] if by in WRITERS and by not in COLUMNS else []), *COLUMNS]
    columns = differing if is_shared else []
    shown = table(*texts, *columns, *(COLUMNS.get(figure, figure) for figure in figures), left=len(texts))
    for simulation in rows:
        values = [value_of(simulation, figure) for figure in figures]
        shown.add_row(
            *(text(simulation) for text in texts.values()),
            *(_short(simulation.parameters.get(name)) for name in columns),
            *(NONE if v is None else WRITERS[f](v) for f, v in zip(figures, values, strict=True)),
        )
    print_table(out, shown)


def _parameters(simulations: Sequence[Simulation]) -> list[str]:
    return list(dict.fromkeys(name for s in simulations for name in s.parameters))


def _name(simulation: Simulation, what: str) -> str:
    return simulation.name if what == "strategy" else simulation.instrument


def _short(value: Any) -> str:
    if value is None:
        return NONE
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= TEXT_SHOWN else f"{text[: TEXT_SHOWN - 3]}..."


def show_failures(out: Console, failed: Sequence[Simulation], *, debug: bool = False) -> None:
    """Each kind of failure with how often it happened, and the first simulation that it happened to."""
    groups: dict[tuple[str, str], list[Simulation]] = {}
    for simulation in failed:
        assert simulation.error is not None
        groups.setdefault((simulation.error.kind, simulation.error.message), []).append(simulation)
    if not groups:
        return
    out.print()
    say(out, f"{len(failed):,} failed:")
    ordered = sorted(groups.values(), key=len, reverse=True)
    for group in ordered[:KINDS_SHOWN]:
        first = group[0]
        assert first.error is not None
        where = f" ({' '.join(place)})" if (place := _place(first.error.traceback)) else ""
        times = "once" if len(group) == 1 else f"{len(group):,} times"
        given = ", ".join(f"{name}={value}" for name, value in first.parameters.items())
        message = " ".join(str(first.error).split())
        say(out, f"  {message}{where}: {times}, first {first.instrument} {first.name}({given})")
        if debug and first.error.traceback:
            out.print(first.error.traceback, soft_wrap=True)
    if len(ordered) > KINDS_SHOWN:
        say(out, f"  and {len(ordered) - KINDS_SHOWN:,} other kinds; --csv writes the whole table")
    if not debug:
        say(out, "  --debug shows the tracebacks.")


def _place(traceback: str) -> tuple[str, ...]:
    """File and line where it was raised, as far as that is code of the user."""
    found = [frame for frame in FRAME.findall(traceback) if "site-packages" not in frame[0]]
    own = [(path, line) for path, line in found if not _is_ours(path)]
    return (f"{own[-1][0]},", f"line {own[-1][1]}") if own else ()


def _is_ours(path: str) -> bool:
    import btcore

    return Path(path).is_relative_to(Path(btcore.__file__).parent) or path.startswith("<")


def show_files(out: Console, experiment: Experiment, written: Sequence[Path], *, ran: bool) -> None:
    """Notes: where things lie, and, where this command `ran` it, what to know of the figures."""
    notes = []
    if ran and len({s.instrument for s in experiment.simulations}) > 1:
        notes.append("amounts are in the currency of each instrument's prices; nothing is converted")
    if experiment.status.get("running"):
        notes.append("running: in work when this was read, or cut off when the process was killed")
    notes += [f"the whole table was written to {path}" for path in written]
    if experiment.path is not None:
        notes.append(f"everything is kept in {experiment.path}")
    if notes:
        out.print()
    for note in notes:
        say(out, f"Note: {note}.")


def document(experiment: Experiment, settings: Mapping[str, Any] | None, seconds: float | None) -> str:
    """One JSON object; its simulations are in the order of the batch. NaN and infinite figures are null."""
    content = {
        "experiment": experiment.name,
        "ledger": None if experiment.path is None else str(experiment.path),
        "status": experiment.status,
        "seconds": seconds,
        "settings": settings,
        "simulations": [_document(simulation) for simulation in experiment.simulations],
    }
    return json.dumps(plain(content), indent=1, allow_nan=False)


def _document(simulation: Simulation) -> dict[str, Any]:
    result, error = simulation.result, simulation.error
    return {
        "strategy": simulation.name,
        "instrument": simulation.instrument,
        "parameters": simulation.parameters,
        "status": str(simulation.status),
        "seconds": simulation.execution_time,
        "stats": None if result is None else dict(result.stats),
        "rejected": None if result is None else dict(result.rejected),
        "error": None if error is None else {"kind": error.kind, "message": error.message},
    }
