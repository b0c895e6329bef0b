"""``walk_forward``: parameters chosen on the past, again and again, and traded on what came after."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, overload

from btcore.batch.criteria import Criterion, Measure
from btcore.batch.experiment import Experiment
from btcore.batch.grids import parameter_sets
from btcore.batch.running import run_batch
from btcore.batch.simulations import Simulation
from btcore.batch.stitching import Account, Course
from btcore.batch.walked import Fold, WalkForward
from btcore.batch.windows import Lengths, Window, windows_of
from btcore.batch.work import Build
from btcore.candles import Candles
from btcore.costs import Costs
from btcore.errors import ParameterError
from btcore.plan import check_window
from btcore.rules import Rules
from btcore.simulation import checked_conditions

__all__ = ["walk_forward"]

Grid = Mapping[str, Iterable[Any]] | Iterable[Mapping[str, Any]]
FOLD = "fold"  # the column of the training table that says which


@overload
def walk_forward(
    build: Callable[..., Any], candles: Candles, grid: Grid, *, train: Any, test: Any, by: Measure, **options: Any
) -> WalkForward: ...
@overload
def walk_forward(
    build: Callable[..., Any],
    candles: Mapping[str, Candles],
    grid: Grid,
    *,
    train: Any,
    test: Any,
    by: Measure,
    **options: Any,
) -> dict[str, WalkForward]: ...
def walk_forward(
    build: Callable[..., Any],
    candles: Candles | Mapping[str, Candles],
    grid: Grid,
    *,
    train: Any,
    test: Any,
    by: Measure,
    gap: Any = 0,
    anchored: bool = False,
    step: Any = None,
    lowest: bool | None = None,
    costs: Costs | None = None,
    size: Any = None,
    cash: float = 10_000.0,
    rules: Rules | None = None,
    start: Any = None,
    end: Any = None,
    **options: Any,
) -> WalkForward | dict[str, WalkForward]:
    """Choose parameters in one window, trade them in the next, move both on, and join what was traded.

    All training simulations of all folds are one batch. Then the test windows are run in order, each started with the
    equity that the one before ended with. Indicators run from candle 0 in every window (rule D8); a position that is
    open when a window ends is closed there (rule X8).

    Parameters
    ----------
    build : callable
        Takes the parameters by name and gives a Strategy, or a list of Order and Exit, as for ``sweep``.
    candles : Candles, or mapping of symbol to Candles
        Several instruments are walked each for itself: with its own parameters, and its own cash.
    grid : mapping of name to values, or iterable of mappings
        The sets to choose from, as for ``sweep``. "fold" is taken as a name.
    train, test : int, str or timedelta
        Lengths of the windows: numbers of candles, or durations ("180d", "26w", "6h") by open times, whatever number
        of candles they hold. Windows that do not fit whole are left out.
    by : str or callable
        What is best: a statistic of ``Result.stats``, or a function of all of them that gives a number, or None or NaN
        for "not this one", such as ``lambda s: s["sharpe"] if s["trades"] >= 30 else None``. The first of equals.
    gap : int, str or timedelta
        Left out between a training window and its test window.
    anchored : bool
        True: every training window begins with the first candle, so each is longer than the one before.
    step : int, str or timedelta, optional
        From one fold to the next; None: `test`. Not shorter than `test`.
    lowest : bool, optional
        Whether the lowest is best; None: for drawdowns, costs and losing streaks, by their names.
    costs, size, cash, rules :
        As in ``simulate``. Each training simulation and the first test window start with `cash`.
    start, end :
        As in ``simulate``: the candles in which the windows lie.
    **options :
        Those of ``run_batch``, for the training: name, executor, workers, store, progress, trades, memory_limit.

    Returns
    -------
    WalkForward, or dict of symbol to WalkForward
        A fold whose training gives no number, or whose chosen set fails in the test window, stays flat and says why in
        its ``note``.

    Raises
    ------
    ParameterError
        If an argument has no meaning: lengths that do not fit, test windows that overlap, an unknown statistic.
    DataError, BatchInterrupted
        As ``run_batch``.

    Examples
    --------
    >>> import btcore as bt
    >>> candles = bt.synthetic_candles(20_000)
    >>> def cross(fast, slow):
    ...     enter = bt.crosses_above(bt.ema(bt.close, fast), bt.ema(bt.close, slow))
    ...     return bt.Strategy(enter, stop=0.0010, target=0.0020)
    >>> walk = bt.walk_forward(cross, candles, {"fast": [5, 10], "slow": [20, 40]}, train="3d", test="1d", by="net",
    ...                        executor="serial", progress=False)
    >>> len(walk.folds), walk.table()["fast"].is_in([5, 10]).all()
    (10, True)
    """
    criterion, lengths = Criterion.checked(by, lowest), Lengths.checked(train, test, gap, step)
    sets = _sets(build, grid)
    many = candles if isinstance(candles, Mapping) else {"": candles}
    terms = {"costs": costs, "size": size, "cash": cash, "rules": rules}
    walks = {name: _Walk(build, one, terms, start, end, lengths, anchored) for name, one in many.items()}
    training = [simulation for walk in walks.values() for simulation in walk.training(sets)]
    experiment = run_batch(training, **{"name": "walk-forward"} | options)
    walked = {name: walk.walked(criterion, experiment) for name, walk in walks.items()}
    return walked if isinstance(candles, Mapping) else walked[""]


def _sets(build: Any, grid: Grid) -> list[dict[str, Any]]:
    if not callable(build):
        raise ParameterError(f"build is a function of the parameters, got {build!r}")
    sets = parameter_sets(grid)
    if not sets:
        raise ParameterError("grid holds no set of parameters to choose from")
    if any(FOLD in one for one in sets):
        raise ParameterError(f"{FOLD!r} is the name of a column of the training table: call the parameter otherwise")
    return sets


class _Walk:
    """One instrument."""

    def __init__(
        self,
        build: Any,
        candles: Candles,
        terms: dict[str, Any],
        start: Any,
        end: Any,
        lengths: Lengths,
        anchored: bool,
    ) -> None:
        conditions = checked_conditions(candles, **terms, start=start, end=end)
        check_window(conditions, candles)
        self._windows = windows_of(candles, conditions.start, conditions.end, lengths, anchored)
        self._course, self._terms = Course(build, candles, conditions), terms
        self._trained: dict[int, list[tuple[dict[str, Any], Simulation]]] = {k: [] for k in range(len(self._windows))}

    def training(self, sets: Sequence[dict[str, Any]]) -> list[Simulation]:
        """All training simulations: those of one set are neighbours, since they share all their operators."""
        made = []
        for parameters in sets:
            for number, window in enumerate(self._windows):
                if window.train[0] == window.train[1]:
                    continue
                first, end = window.train
                simulation = Simulation(
                    Build(self._course.build, parameters), self._course.candles, start=first, end=end,
                    parameters={FOLD: number, **parameters}, **self._terms,
                )  # fmt: skip
                self._trained[number].append((parameters, simulation))
                made.append(simulation)
        return made

    def walked(self, criterion: Criterion, experiment: Experiment) -> WalkForward:
        """The test windows, in order."""
        account = Account(self._course.candles, self._course.conditions.cash)
        folds = [self._fold(number, window, criterion, account) for number, window in enumerate(self._windows)]
        return WalkForward(self._course, folds, account, experiment)

    def _fold(self, number: int, window: Window, criterion: Criterion, account: Account) -> Fold:
        parameters, value, stats, note = self._chosen(number, criterion)
        if account.equity <= 0.0:
            account.rest(window.test)
            return Fold(number, window.train, window.test, parameters, value, stats, None, "no equity is left")
        try:
            tested = self._course.run(parameters, window.test, account.equity)
        except Exception as error:
            note = f"the chosen set failed in the test window: {type(error).__name__}: {error}"
            tested = self._course.run(None, window.test, account.equity)
        account.add(tested, window.test)
        return Fold(number, window.train, window.test, parameters, value, stats, tested.result, note)

    def _chosen(
        self, number: int, criterion: Criterion
    ) -> tuple[dict[str, Any] | None, float, Mapping[str, float], str]:
        """(parameters, value, statistics, why there are none) of the best set in a training window."""
        trained = self._trained[number]
        ended = [(parameters, s.result.stats) for parameters, s in trained if s.result is not None]
        valued = [(criterion.value(stats), parameters, stats) for parameters, stats in ended]
        best = criterion.best((one[0], one) for one in valued)
        if best is not None:
            value, parameters, stats = best
            return parameters, value, stats, ""
        if not trained:
            note = "the training window holds no candle"
        elif not ended:
            note = f"all {len(trained)} training simulations failed, the first with {trained[0][1].error}"
        else:
            note = f"no training simulation has a number for {criterion.text!r}"
        return None, math.nan, {}, note
