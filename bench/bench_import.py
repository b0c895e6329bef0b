"""What `import btcore` costs on top of a bare interpreter and of numpy, each in a fresh process."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("statement", ["pass", "import numpy", "import btcore"])
def bench_import(benchmark, statement):
    command = [sys.executable, "-c", statement]
    benchmark.pedantic(subprocess.run, (command,), {"check": True}, rounds=10, warmup_rounds=2)
