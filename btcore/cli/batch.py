"""``btcore batch``: strategies, sets of parameters and instruments, run by workers and kept in a ledger."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from btcore.batch.executors.choice import EXECUTORS
from btcore.batch.experiment import Experiment
from btcore.batch.running import BatchInterrupted, run_batch
from btcore.batch.simulations import Simulation
from btcore.batch.sweeping import simulations_of
from btcore.cli.command import Command, options
from btcore.cli.experiment_file import GRID, SET, take_experiment
from btcore.cli.instruments import amount_of, check_symbols, load_instruments
from btcore.cli.parameters import Constraint, families, grid_values
from btcore.cli.shared import READING, busy, condition_options, reading_options
from btcore.cli.text import console, say
from btcore.cli.values import amounts, names, pairs, parsed_pairs, size_text
from btcore.costs import Costs

FAILED, INTERRUPTED = 1, 130
CHOICES = [*EXECUTORS, "auto"]
NO_STORE = "none"
AMOUNT = {"metavar": "PRICE", "callback": amounts}

EPILOG = """\b
Examples:
  btcore batch --strategies examples/trend.py:trend --data synthetic:200000 --grid fast=5:20:5 --grid slow=40,60
  btcore batch examples/experiment.toml --workers 2 --top 5
  btcore batch --show runs/experiment.sqlite --sort sharpe
"""


def _grid(context: click.Context, parameter: click.Parameter, texts: tuple[str, ...]) -> dict[str, Any]:
    """Names and values; those of the command line replace those of the file by name."""
    given = {name: grid_values(values) for name, values in pairs(context, parameter, texts).items()}
    return {**context.meta.get(GRID, {}), **given}


def _settings(context: click.Context, parameter: click.Parameter, texts: tuple[str, ...]) -> dict[str, Any]:
    return {**context.meta.get(SET, {}), **parsed_pairs(context, parameter, texts)}


def _where(_: click.Context, parameter: click.Parameter, text: str | None) -> Constraint | None:
    return None if text is None else Constraint.of(text)


def _writable(_: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    if path is not None and not path.absolute().parent.is_dir():
        raise click.BadParameter(f"{path}: there is no folder {path.parent}")
    return path


_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(cls=Command, epilog=EPILOG)
@click.argument("experiment", required=False, is_eager=True, callback=take_experiment,
                type=click.Path(dir_okay=False, exists=True, path_type=Path))  # fmt: skip
@options(
    "Experiment",
    (("--experiment-name",), {"default": "experiment", "metavar": "NAME",
                              "help": "Name of the experiment and of its ledger (default experiment)."}),
    (("--strategies",), {"metavar": "FILE.py:NAME,...", "callback": names, "help": "Strategies, as for btcore run."}),
    (("--grid",), {"metavar": "NAME=VALUES", "multiple": True, "callback": _grid,
                   "help": "Values of a parameter: 5:30:5 with both ends, or a list 40,50,60; "
                           "STRATEGY.NAME=VALUES for one strategy alone. Repeatable."}),
    (("--set", "settings"), {"metavar": "NAME=VALUE", "multiple": True, "callback": _settings,
                             "help": "One value of a parameter. Repeatable."}),
    (("--where",), {"metavar": "CONDITION", "callback": _where,
                    "help": "Only sets of parameters for which it holds, e.g. 'fast < slow'."}),
    (("--random", "number"), {"type": click.IntRange(min=1), "metavar": "N",
                              "help": "N sets of parameters by chance instead of all."}),
    (("--seed",), {"type": int, "default": 0, "metavar": "S", "help": "Other chance for another number (default 0)."}),
)  # fmt: skip
@reading_options(
    (("--data",), {"metavar": "FOLDER", "help": "Folder, file or pattern like 'fx/*_M1.csv' of files with the symbols "
                                                "in their names, or synthetic[:NUMBER] for made-up candles."}),
    (("--instruments",), {"metavar": "SYMBOL,...", "callback": names,
                          "help": "Which of them; for made-up candles names, or seeds."}),
    ask="Folder or pattern of the ask sides.",
    price=AMOUNT,
)  # fmt: skip
@condition_options(price=AMOUNT)
@options(
    "Execution",
    (("--workers",), {"type": click.IntRange(min=1), "metavar": "N", "help": "Workers (default: one per core)."}),
    (("--executor",), {"type": click.Choice(CHOICES), "default": "processes", "metavar": "NAME",
                       "help": f"Who computes: {', '.join(CHOICES)} (default processes)."}),
    (("--store",), {"default": "runs", "metavar": "FOLDER",
                    "help": "Where ledgers lie (default runs); none keeps nothing. What is finished there is not run "
                            "again."}),
    (("--memory-limit",), {"metavar": "BYTES", "help": "Memory that a worker may take for itself, e.g. 2GB."}),
    (("--trades",), {"is_flag": True, "help": "Keep the trades, in Parquet files beside the ledger."}),
    (("--progress/--no-progress",), {"default": True, "help": "Show progress on stderr (default)."}),
)  # fmt: skip
@options(
    "Output",
    (("--show",), {"type": click.Path(exists=True, path_type=Path), "metavar": "LEDGER",
                   "help": "Run nothing: show a ledger, also while it is being written."}),
    (("--sort",), {"default": "net", "metavar": "FIGURE", "help": "Statistic by which the table is sorted, the best "
                                                                  "first (default net)."}),
    (("--top",), {"type": click.IntRange(min=0), "default": 20, "metavar": "N", "help": "Rows of it (default 20)."}),
    (("--json", "as_json"), {"is_flag": True, "help": "Print one JSON object and nothing else."}),
    (("--csv",), {"type": _FILE, "callback": _writable, "metavar": "FILE", "help": "Write the whole table as CSV."}),
    (("--parquet",), {"type": _FILE, "callback": _writable, "metavar": "FILE", "help": "Write it as Parquet."}),
    (("--strict",), {"is_flag": True, "help": "Exit code 1 if any simulation failed, not only if all did."}),
)  # fmt: skip
@click.pass_context
def batch(context: click.Context, /, show: Path | None, **given: Any) -> int:
    """Run many simulations: strategies times sets of parameters times instruments.

    EXPERIMENT is a TOML file with the same options by name; what is given here wins over what stands there.
    """
    if show is not None:
        _refuse_others(context)
        return _answer(context, Experiment.open(show), None, given)
    experiment, seconds = _run(given)
    return _answer(context, experiment, seconds, given)


def _refuse_others(context: click.Context) -> None:
    """--show runs nothing, so it takes no option of a run."""
    allowed = ("show", "sort", "top", "as_json", "csv", "parquet", "strict", "debug")
    source = click.core.ParameterSource.DEFAULT
    for parameter in context.command.params:
        name = str(parameter.name)
        if name not in allowed and context.get_parameter_source(name) is not source:
            raise click.UsageError(f"--show runs nothing and takes no {parameter.opts[0]}")


def _run(given: Mapping[str, Any]) -> tuple[Experiment, float]:
    from btcore.cli.listing import check_figure

    if not given["strategies"]:
        raise click.UsageError("--strategies is missing: name a strategy like examples/trend.py:trend")
    if given["data"] is None:
        raise click.UsageError("--data is missing: name a folder of candles, or try --data synthetic")
    wanted = ("strategies", "grid", "settings", "where", "number", "seed")
    made = families(*(given[name] for name in wanted))
    check_figure(given["sort"], {name for family in made for one in family.sets for name in one})
    store = None if given["store"] == NO_STORE else given["store"]
    simulations = list(_simulations(made, given))
    begun = time.perf_counter()
    try:
        with contextlib.redirect_stdout(sys.stderr):  # what strategies print
            experiment = run_batch(
                simulations, name=given["experiment_name"], executor=given["executor"], workers=given["workers"],
                store=store, progress=given["progress"], trades=given["trades"], memory_limit=given["memory_limit"],
            )  # fmt: skip
    except BatchInterrupted as interruption:
        _say_interrupted(interruption.experiment)
        raise click.exceptions.Exit(INTERRUPTED) from None
    return experiment, time.perf_counter() - begun


def _simulations(made: list[Any], given: Mapping[str, Any]) -> Iterator[Simulation]:
    """Instrument by instrument, so that candles that were made are read and held once."""
    plain = {name: given[name] for name in ("cash", "start", "end", "size")}
    _allow_many_files()
    with busy("reading candles"):
        instruments = dict(load_instruments(given["data"], given["instruments"], **{k: given[k] for k in READING}))
    for name in ("tick", "spread", "slippage"):
        check_symbols(f"--{name}", given[name], instruments)
    for family in made:
        for symbol, candles in instruments.items():
            spread, slippage = (amount_of(f"--{name}", given[name], symbol) for name in ("spread", "slippage"))
            costs = Costs(spread=spread, slippage=slippage or 0.0, commission=given["commission"])
            yield from simulations_of(family.strategy, candles, family.sets, name=family.label, costs=costs, **plain)


def _allow_many_files() -> None:
    """Mapped candles hold a file open for each column: a hundred instruments are more than most systems allow."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _say_interrupted(experiment: Experiment) -> None:
    status = experiment.status
    ended = status.get("completed", 0) + status.get("failed", 0)
    said = f"Interrupted: {ended:,} of {len(experiment.simulations):,} simulations are finished"
    if experiment.path is None:
        said += "; nothing is kept without --store."
    else:
        said += f" and kept in {experiment.path}. The same command goes on from there."
    say(console(stderr=True), said)


def _answer(context: click.Context, experiment: Experiment, seconds: float | None, given: Mapping[str, Any]) -> int:
    """Print and write what came of it; the exit code."""
    from btcore.cli import listing

    listing.check_figure(given["sort"], {name for s in experiment.simulations for name in s.parameters})
    for path, write in ((given["csv"], "write_csv"), (given["parquet"], "write_parquet")):
        if path is not None:
            getattr(experiment.table(), write)(path)
    if given["as_json"]:
        click.echo(listing.document(experiment, None if seconds is None else _settings_of(given), seconds))
    else:
        out = console()
        listing.show(out, experiment, given["sort"], given["top"], seconds, debug=context.meta["btcore.debug"])
        written = [path for path in (given["csv"], given["parquet"]) if path]
        listing.show_files(out, experiment, written, ran=seconds is not None)
    status = experiment.status
    ended_well = not status.get("failed") or (status.get("completed") and not given["strict"])
    return 0 if ended_well else FAILED


def _settings_of(given: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: given[name] for name in ("data", "instruments", "cash", "start", "end", "spread")}
    commission = vars(Costs(commission=given["commission"]).commission)
    return {**plain, "slippage": given["slippage"] or 0.0, "size": size_text(given["size"]), "commission": commission}
