"""The ledger of an experiment: one SQLite file that knows every simulation and keeps every outcome.

Tables
------
facts(name, value)
    ``format``: version of this layout. ``experiment``: its name. ``code``: version of btcore. ``rules``: version of the
    fill rules. ``figures``: names of the columns of statistics in ``outcomes``, a JSON list.
simulations(number, key, strategy, instrument, parameters, first, last, status)
    The simulations of the last run, in order. ``key`` is the version of btcore and the content hash of a simulation;
    ``parameters`` a JSON object; ``first`` and ``last`` the evaluation window [first, last) as indices; ``status``
    pending, running, completed or failed.
outcomes(key, seconds, finished, error, message, traceback, rejected, trades_file, <one column per statistic>)
    What came of each key, whichever run computed it. ``finished`` is ISO time UTC; ``error`` NULL where it completed;
    ``rejected`` a JSON object; a statistic that is NaN is NULL.

The file is in WAL mode: others can read it while a batch writes, and each chunk of outcomes is one transaction, so that
it is whole at any moment, whatever kills the process.
"""

from __future__ import annotations

import datetime
import json
import math
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from btcore.batch.work import Failure, Outcome
from btcore.errors import DataError

__all__ = ["FORMAT", "Ledger", "Row"]

FORMAT = 1
SECONDS_TO_WAIT = 30.0  # for another process that writes

_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS simulations (
    number INTEGER PRIMARY KEY, key TEXT, strategy TEXT, instrument TEXT, parameters TEXT, first INTEGER, last INTEGER,
    status TEXT);
CREATE TABLE IF NOT EXISTS outcomes (
    key TEXT PRIMARY KEY, seconds REAL, finished TEXT, error TEXT, message TEXT, traceback TEXT, rejected TEXT,
    trades_file TEXT);
"""

Row = tuple[int, str, str, str, str, int, int]  # number, key, strategy, instrument, parameters, first, last


class Ledger:
    """The file, open for writing (``Ledger.create``) or for reading (``Ledger.open``)."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._figures = self._known_figures()

    @classmethod
    def create(cls, path: Path, facts: Mapping[str, str]) -> Ledger:
        """Open for writing, made where there is none.

        Raises
        ------
        DataError
            If the file is no ledger, of another format, or belongs to another version of the fill rules.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = _connect(path, write=True)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_SCHEMA)
            _check(path, connection, facts)
            with connection:
                given = {"format": str(FORMAT), **facts}
                connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?)", given.items())
        except sqlite3.DatabaseError as error:
            connection.close()
            raise DataError(f"{path} is no ledger of btcore ({error}); choose another store or name") from None
        return cls(path, connection)

    @classmethod
    def open(cls, path: Path) -> Ledger:
        """Open for reading; another process may be writing.

        Raises
        ------
        DataError
            If there is no file, or it is no ledger of this format.
        """
        if not path.is_file():
            raise DataError(f"{path}: there is no ledger; give the .sqlite file that run_batch(store=...) wrote")
        try:
            connection = _connect(path, write=False)
            _check(path, connection, {})
            return cls(path, connection)
        except sqlite3.DatabaseError as error:
            raise DataError(f"{path} is no ledger of btcore ({error})") from None

    def _known_figures(self) -> list[str]:
        found = self._connection.execute("SELECT value FROM facts WHERE name = 'figures'").fetchone()
        return json.loads(found[0]) if found else []

    def facts(self) -> dict[str, str]:
        """Everything in the table ``facts``."""
        return dict(self._connection.execute("SELECT name, value FROM facts"))

    def announce(self, rows: Iterable[Row]) -> None:
        """The simulations of a run, in order; those that an earlier run completed are so at once."""
        with self._connection:
            self._connection.execute("DELETE FROM simulations")
            self._connection.executemany("INSERT INTO simulations VALUES (?, ?, ?, ?, ?, ?, ?, 'pending')", rows)
            known = "SELECT key FROM outcomes WHERE error IS NULL"
            self._connection.execute(f"UPDATE simulations SET status = 'completed' WHERE key IN ({known})")

    def mark(self, status: str, numbers: Sequence[int]) -> None:
        """These simulations are running, or pending again."""
        with self._connection:
            self._connection.executemany(
                "UPDATE simulations SET status = ? WHERE number = ?", [(status, number) for number in numbers]
            )

    def note(self, outcomes: Sequence[tuple[str, Outcome, str | None]]) -> None:
        """Keep outcomes: (key, outcome, file of its trades), in one transaction."""
        self._add_figures([name for _, outcome, _ in outcomes for name in outcome.stats])
        names = ["key", "seconds", "finished", "error", "message", "traceback", "rejected", "trades_file"]
        columns = ", ".join(f'"{name}"' for name in [*names, *self._figures])
        marks = ", ".join("?" * (len(names) + len(self._figures)))
        with self._connection:
            self._connection.executemany(
                f"INSERT OR REPLACE INTO outcomes ({columns}) VALUES ({marks})",
                [self._values(*outcome) for outcome in outcomes],
            )
            self._connection.executemany(
                "UPDATE simulations SET status = ? WHERE number = ?",
                [("failed" if outcome.failure else "completed", outcome.number) for _, outcome, _ in outcomes],
            )

    def _add_figures(self, names: Iterable[str]) -> None:
        new = [name for name in dict.fromkeys(names) if name not in self._figures]
        if not new:
            return
        with self._connection:
            for name in new:
                self._connection.execute(f'ALTER TABLE outcomes ADD COLUMN "{name}"')
            self._figures += new
            self._connection.execute("INSERT OR REPLACE INTO facts VALUES ('figures', ?)", (json.dumps(self._figures),))

    def _values(self, key: str, outcome: Outcome, trades_file: str | None) -> tuple[Any, ...]:
        failure = outcome.failure
        error = (None, None, None) if failure is None else (failure.kind, failure.message, failure.traceback)
        finished = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")
        figures = [outcome.stats.get(name) for name in self._figures]
        return (key, outcome.seconds, finished, *error, json.dumps(outcome.rejected), trades_file, *figures)

    def completed(self) -> dict[str, tuple[Outcome, str | None]]:
        """Every completed outcome by key, and the file of its trades; numbers are those of no batch (-1)."""
        return dict(self._outcomes("WHERE error IS NULL"))

    def outcomes(self) -> dict[str, tuple[Outcome, str | None]]:
        """Every outcome by key."""
        return dict(self._outcomes(""))

    def _outcomes(self, where: str) -> Iterable[tuple[str, tuple[Outcome, str | None]]]:
        figures = "".join(f', "{name}"' for name in self._figures)
        query = f"SELECT key, seconds, rejected, trades_file, error, message, traceback{figures} FROM outcomes {where}"
        for key, seconds, rejected, trades, error, message, traceback, *values in self._connection.execute(query):
            failure = None if error is None else Failure(error, message, traceback)
            stats = {} if failure else {n: _number(v) for n, v in zip(self._figures, values, strict=True)}
            yield key, (Outcome(-1, seconds, stats, json.loads(rejected), failure=failure), trades)

    def simulations(self) -> list[tuple[Any, ...]]:
        """The rows of the table ``simulations``, in order."""
        return self._connection.execute("SELECT * FROM simulations ORDER BY number").fetchall()

    def close(self) -> None:
        """Close the file; the log of changes is taken into it."""
        self._connection.close()


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _connect(path: Path, *, write: bool) -> sqlite3.Connection:
    mode = "rwc" if write else "ro"
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=SECONDS_TO_WAIT)


def _check(path: Path, connection: sqlite3.Connection, facts: Mapping[str, str]) -> None:
    known = dict(connection.execute("SELECT name, value FROM facts"))
    if known.get("format", str(FORMAT)) != str(FORMAT):
        raise DataError(f"{path} has format {known['format']}, this version of btcore reads format {FORMAT}")
    if not facts and "format" not in known:
        raise DataError(f"{path} is no ledger of btcore")
