"""Progress in a notebook: one output of the cell, brought up to date in place. It needs IPython and no widgets."""

from __future__ import annotations

import html
import time
from typing import Any

from btcore.batch.progress import BatchProgress, Silent, counts, pace

__all__ = ["Cell"]

SECONDS_BETWEEN = 0.2


class Cell(Silent):
    """A bar and a line of text.

    Parameters
    ----------
    show : callable, optional
        ``show(data, display_id=True, raw=True)`` gives a handle with ``update``; None: that of IPython.
    """

    def __init__(self, show: Any = None) -> None:
        if show is None:
            from IPython.display import display

            show = display
        self._show = show
        self._handle: Any = None
        self._last = 0.0

    def prepare(self, name: str, total: int) -> None:
        self._write(name, 0, total, "looking up what is known")

    def begin(self, workers: int, now: BatchProgress) -> None:
        self._write(
            now.name, now.done, now.total, f"{now.done:,} of {now.total:,} on {workers} worker{'s' * (workers > 1)}"
        )

    def finished(self, worker: int, now: BatchProgress) -> None:
        if now.done == now.total or time.monotonic() - self._last >= SECONDS_BETWEEN:
            self._write(now.name, now.done, now.total, f"{counts(now)}, {pace(now)}")

    def _write(self, name: str, done: int, total: int, text: str) -> None:
        self._last = time.monotonic()
        bar = f'<progress value="{done}" max="{max(total, 1)}" style="width: 20em"></progress>'
        said = {"text/plain": f"{name}: {text}", "text/html": f"{html.escape(name)} {bar} {html.escape(text)}"}
        if self._handle is None:
            self._handle = self._show(said, display_id=True, raw=True)
        else:
            self._handle.update(said, raw=True)
