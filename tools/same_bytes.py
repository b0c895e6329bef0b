"""Runs the same batch with several Pythons and compares the bytes of its trades, statistics and curves.

    python tools/same_bytes.py .tox/py311/bin/python .tox/py313/bin/python

Each Python has to have btcore installed. The batch is that of five kinds of strategies of ``bench.batches``. Exits with
1 where bytes differ.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CANDLES = 200_000
CODE = f"""
import hashlib, platform
import numpy as np
import btcore as bt
from bench.batches import mixed
candles = [bt.synthetic_candles({CANDLES}, seed=seed, symbol=f"S{{seed}}") for seed in range(2)]
experiment = bt.run_batch(mixed(candles), executor="threads", workers=2, trades=True, progress=False)
assert experiment.status == {{"completed": 50}}, experiment.status
digest = hashlib.sha256()
for simulation in experiment.simulations:
    result = simulation.result
    digest.update(simulation.content_hash.encode())
    digest.update(result.trades.to_numpy().tobytes())
    digest.update(repr(sorted(result.stats.items())).encode() + repr(sorted(result.rejected.items())).encode())
    digest.update(result.equity().tobytes())
trades = sum(len(s.result.trades) for s in experiment.simulations)
print(digest.hexdigest()[:16], f"{{trades:,}} trades, Python {{platform.python_version()}}, NumPy {{np.__version__}}, "
      f"btcore from {{bt.__path__[0]}}")
"""


def shown(python: str, folder: str) -> str:
    """A digest, and what it is of; `folder` has the package ``bench`` and no source of btcore."""
    environment = {**os.environ, "PYTHONPATH": folder}
    command = [python, "-c", CODE]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{python}: {done.stderr.strip()}")
    return done.stdout.strip()


def main() -> int:
    if len(sys.argv) < 3:
        sys.exit(str(__doc__))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "bench").symlink_to(ROOT / "bench")
        lines = [shown(os.path.abspath(python), folder) for python in sys.argv[1:]]
    print("\n".join(lines))
    same = len({line.split()[0] for line in lines}) == 1
    print("the same bytes" if same else "THE BYTES DIFFER")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
