"""How many instructions one simulation executes, counted by callgrind: the same number on every run of one machine.

    python -m bench.instructions [--candles 200000]

Only the compiled ``run`` is counted: operators, decisions, fills and statistics of workload A. Needs ``valgrind``.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

COUNTED = "*_5_core_6engine_*run*"
CHILD = """
import sys
import btcore as bt
from bench.peers.btcore_engine import strategy
print(len(bt.simulate(strategy(), bt.synthetic_candles(int(sys.argv[1]))).trades))
"""


def count(candles: int) -> tuple[int, int]:
    """(instructions, trades) of workload A on so many candles."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            "valgrind", "--tool=callgrind", "--collect-atstart=no", f"--toggle-collect={COUNTED}",
            f"--callgrind-out-file={Path(folder) / 'callgrind.out'}", sys.executable, "-c", CHILD, str(candles),
        ]  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": "0"}
        )
    found = re.search(r"Collected : (\d+)", done.stderr)
    if found is None or int(found[1]) == 0:
        raise RuntimeError(f"callgrind counted nothing in {COUNTED}:\n{done.stderr}")
    return int(found[1]), int(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candles", type=int, default=200_000)
    instructions, trades = count(parser.parse_args().candles)
    print(f"{instructions:,} instructions, {trades:,} trades")


if __name__ == "__main__":
    main()
