"""`import btcore` loads little and leaves the process as it was."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.smoke

HEAVY = [
    "dask",
    "dill",
    "distributed",
    "matplotlib",
    "multiprocess",
    "multiprocessing",
    "numba",
    "pandas",
    "polars",
    "pyarrow",
    "ray",
    "rich",
]

PROBE = """
import json, os, signal, sys, threading, warnings
import numpy

def state():
    import locale, random
    return {
        "environment": dict(os.environ),
        "signals": [str(signal.getsignal(s)) for s in sorted(signal.valid_signals())],
        "threads": threading.active_count(),
        "filters": [str(f) for f in warnings.filters],
        "numpy errors": numpy.geterr(),
        "path": list(sys.path),
        "hooks": [str(sys.excepthook), str(sys.displayhook), len(sys.meta_path), sys.getswitchinterval()],
        "locale": locale.setlocale(locale.LC_ALL),
        "random": hash(random.getstate()),
        "folder": os.getcwd(),
    }

before = state()
import btcore
modules = sorted(sys.modules)
after = state()
import multiprocessing
start_method = multiprocessing.get_start_method(allow_none=True)
print(json.dumps({"before": before, "after": after, "modules": modules, "start_method": start_method}))
"""


@pytest.fixture(scope="module")
def probe():
    done = subprocess.run([sys.executable, "-W", "error", "-c", PROBE], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", HEAVY)
def test_heavy_imports_are_local(probe, name):
    assert name not in probe["modules"]


def test_process_is_left_as_it_was(probe):
    assert probe["after"] == probe["before"]


def test_start_method_is_not_chosen(probe):
    assert probe["start_method"] is None


def test_public_names_exist():
    import btcore

    missing = [name for name in btcore.__all__ if not hasattr(btcore, name)]
    assert missing == []
