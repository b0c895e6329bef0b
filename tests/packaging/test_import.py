"""`import btcore` loads little, leaves the process as it was, and finds its names later where they are."""

from __future__ import annotations

import ast
import json
import pickle
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import btcore

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
for name in btcore.__all__:
    getattr(btcore, name)
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


def loaded_by(statement):
    """The modules that a fresh process has after a statement."""
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_import_alone_loads_nothing():
    modules = loaded_by("import btcore")
    assert "numpy" not in modules
    assert {name for name in modules if name.startswith("btcore")} == {"btcore"}


def test_readers_are_loaded_when_asked_for():
    statement = "import btcore; btcore.Strategy, btcore.simulate, btcore.Candles, btcore.synthetic_candles"
    assert "btcore.data.read" not in loaded_by(statement)


def test_public_names_exist():
    missing = [name for name in btcore.__all__ if not hasattr(btcore, name)]
    assert missing == []


def test_public_names_are_those_of_the_stub():
    """Type checkers see the names that exist, from the modules that hold them."""
    stub = ast.parse(Path(btcore.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    stated = {}
    for node in stub.body:
        if isinstance(node, ast.ImportFrom):
            stated |= {alias.asname: node.module for alias in node.names}
        elif isinstance(node, ast.AnnAssign):
            stated[node.target.id] = None
    assert stated.pop("__version__", 0) is None
    assert stated.pop("open", 0) is None  # an Expr that has another name where it lives
    assert stated == {name: f"btcore.{module}" for name, module in btcore._MODULES.items() if name != "open"}
    assert isinstance(btcore.open, btcore.Expr)


def test_no_module_is_named_like_a_public_name():
    """Loading a module binds its name in the package: it would hide the function."""
    modules = {module.name for module in pkgutil.iter_modules(btcore.__path__)}
    assert modules & set(btcore.__all__) == set()


def test_all_names_come_with_a_star():
    names = {}
    exec("from btcore import *", names)
    assert set(btcore.__all__) <= set(names)


def test_names_are_listed_and_others_refused():
    assert {*btcore.__all__, "__version__"} <= set(dir(btcore))
    with pytest.raises(AttributeError, match="module 'btcore' has no attribute 'sharpe'"):
        btcore.sharpe  # noqa: B018


def test_a_process_that_imported_nothing_reads_a_pickle():
    order = pickle.dumps(btcore.Order(3, "long", stop=2.0))
    code = f"import pickle; print(pickle.loads({order!r}).stop)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "2.0"
