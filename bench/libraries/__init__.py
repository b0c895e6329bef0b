"""The operators of btcore and what other libraries call them, each on its own kind of series; a file per library.

A library is listed only where it can be imported. Definitions differ in details that cost no time to speak of: what the
first values are, and that TA-Lib divides by n instead of n - 1.
"""

from __future__ import annotations

import importlib
import importlib.util

from bench.libraries.common import Library, Prices

__all__ = ["Library", "Prices", "available"]

# name of the module that is measured -> file of this folder; btcore first
_FILES = {
    "btcore": "ours",
    "pandas": "with_pandas",
    "polars": "with_polars",
    "bottleneck": "with_bottleneck",
    "numbagg": "with_numbagg",
    "talib": "with_talib",
    "screamer": "with_screamer",
}


def available() -> dict[str, Library]:
    """The libraries that are installed here, by the name of their module; btcore first."""
    found = {name: file for name, file in _FILES.items() if importlib.util.find_spec(name) is not None}
    return {name: importlib.import_module(f"bench.libraries.{file}").library() for name, file in found.items()}
