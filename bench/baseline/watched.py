"""Workers of the baseline, alone or under py-spy; and what the samples of py-spy say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ENGINE = "bench/baseline/engine.py"
FRAME = re.compile(r"^(?P<name>.+) \((?P<file>[^()]*?)(:\d+)?\)$")
LAYERS = (  # how a file's path begins, and what lies there; the first that fits counts
    ("pandas/core/window", "rolling windows, their kernels included"),
    ("pandas/core/indexers/objects", "rolling windows, their kernels included"),
    ("pandas/core/indexing", "reading by position (iloc)"),
    ("pandas/core/indexers", "reading by position (iloc)"),
    ("pandas/core/internals", "block manager"),
    ("pandas/core/indexes", "indexes"),
    ("pandas/core/ops", "arithmetic and alignment"),
    ("pandas/core/computation", "arithmetic and alignment"),
    ("pandas/core/arraylike", "arithmetic and alignment"),
    ("pandas/core/base", "arithmetic and alignment"),
    ("pandas/core/series", "Series"),
    ("pandas/core/frame", "DataFrame"),
    ("pandas/core/generic", "what Series and DataFrame share"),
    ("pandas/core/dtypes", "types and construction"),
    ("pandas/core/construction", "types and construction"),
    ("pandas/core/arrays", "types and construction"),
    ("pandas/", "elsewhere in pandas"),
    ("numpy/", "numpy's Python code"),
    ("bench/baseline", "the engine's own lines"),
)
ELSEWHERE = "Python's library"
OUTERMOST = ("signals", "trades")  # functions of the engine; what lies above them is not its work

Stacks = dict[tuple[str, ...], int]


def worker(engine: str, folder: Path, out: Path, *, watch: tuple[Path, int] | None = None) -> dict[str, Any]:
    """What a worker reports; `watch` is the file and the rate of py-spy's samples."""
    command = [sys.executable, "-m", "bench.baseline.worker", engine, str(folder), str(out)]
    if watch is not None:
        py_spy = shutil.which("py-spy", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
        if py_spy is None:
            raise SystemExit("py-spy is missing: pip install py-spy")
        file, rate = watch
        command = [py_spy, "record", "--rate", str(rate), "--format", "raw", "--output", str(file), "--", *command]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True,
                          check=False)  # fmt: skip
    if done.returncode or not out.exists():
        raise SystemExit(f"the worker of {engine} failed:\n{done.stdout}{done.stderr}")
    report: dict[str, Any] = json.loads(out.read_text())
    report["row"]["observed"] = "nothing" if watch is None else "py-spy"
    report["trades"] = [tuple(trade) for trade in report["trades"]]
    return report


def stacks_of(raw: str) -> Stacks:
    """Samples by stack, from the outermost frame of the engine on; lines without it are left out."""
    found: Counter[tuple[str, ...]] = Counter()
    for line in raw.splitlines():
        text, _, count = line.rpartition(" ")
        frames = text.split(";")
        inside = [place for place, frame in enumerate(frames) if ENGINE in frame and frame.startswith(OUTERMOST)]
        if inside:
            found[tuple(_placed(frame) for frame in frames[inside[0] :])] += int(count)
    return dict(found)


def _placed(frame: str) -> str:
    """A frame without its line, its file from the package on."""
    parts = FRAME.match(frame)
    if parts is None:
        return frame
    file = parts["file"].rpartition("site-packages/")[2]
    return f"{parts['name']} ({file[file.index(ENGINE) :] if ENGINE in file else file})"


def shares(counted: Counter[str], candles: int, what: str) -> list[dict[str, Any]]:
    samples = sum(counted.values())
    return [
        {"candles": candles, what: name, "samples": count, "share": count / samples}
        for name, count in counted.most_common()
    ]


def stages(stacks: Stacks, candles: int) -> list[dict[str, Any]]:
    """Samples by the innermost function of the engine."""
    counted: Counter[str] = Counter()
    for frames, count in stacks.items():
        own = [frame for frame in frames if ENGINE in frame]
        counted[own[-1].partition(" (")[0].partition(".")[0]] += count
    return shares(counted, candles, "stage")


def layers(stacks: Stacks, candles: int) -> list[dict[str, Any]]:
    """Samples by the file of the innermost frame."""
    counted: Counter[str] = Counter()
    for frames, count in stacks.items():
        counted[layer_of(frames[-1])] += count
    return shares(counted, candles, "layer")


def layer_of(frame: str) -> str:
    file = frame.rpartition(" (")[2]
    return next((layer for start, layer in LAYERS if file.startswith(start)), ELSEWHERE)
