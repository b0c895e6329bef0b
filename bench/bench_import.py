"""What `import btcore` costs on top of a bare interpreter and of numpy, each in a fresh process.

Public names load their modules when first used, so the import alone says little: ``first use`` also names what one
simulation needs. The processes may keep bytecode, as installed packages do: where PYTHONDONTWRITEBYTECODE is set, a
source tree is compiled anew by every process, which is more than half of what btcore adds to numpy.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

STATEMENTS = {
    "pass": "pass",
    "import numpy": "import numpy",
    "import btcore": "import btcore",
    "first use": "import btcore; btcore.Strategy, btcore.simulate, btcore.Candles, btcore.ema",
}


@pytest.mark.parametrize("name", STATEMENTS)
def bench_import(benchmark, name):
    command = [sys.executable, "-c", STATEMENTS[name]]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    options = {"check": True, "env": environment}
    benchmark.pedantic(subprocess.run, (command,), options, rounds=20, warmup_rounds=2)
