"""A sweep in a notebook, with a real kernel: the strategy is a function of a cell, progress goes to the cell."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import btcore as bt

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore:Proactor")

CELLS = [
    "import numpy as np\nimport btcore as bt\ncandles = bt.synthetic_candles(20_000)\nWIDTH = 2",
    """
def widest(values):
    return np.max(values)

def breakout(window):
    top = bt.rolling_apply(bt.high, window, widest).shift(1)
    return bt.Strategy(bt.close > top, bt.close < candles.low[0], max_bars=WIDTH * window)
""",
    "experiment = bt.sweep(breakout, candles, {'window': [5, 10, 20]}, executor='processes', workers=2)",
    "print(experiment.status, experiment.table()['net'].to_list())",
    "def hold(n):\n    return bt.Strategy(bt.close > 0, max_bars=n)",
    "bt.sweep(hold, candles, {'n': [3]}, workers=1, progress='lines').status",
]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """What each cell of a notebook wrote: name of the stream or kind of the output, and its text."""
    import json

    folder = tmp_path_factory.mktemp("notebook")
    kernels = folder / "kernels" / "here"
    kernels.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernels / "kernel.json").write_text(json.dumps({"argv": command, "display_name": "here", "language": "python"}))
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder))
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        client = nbclient.NotebookClient(
            book, timeout=120, kernel_name="here", resources={"metadata": {"path": folder}}
        )
        client.execute()
    assert not list(Path(folder).glob("btcore-*"))
    return [[(o.get("name", o.output_type), _text(o)) for o in cell.outputs] for cell in book.cells]


def _text(output):
    return output.get("text") or output.get("data", {}).get("text/plain", "")


def test_a_function_of_a_cell_runs_on_processes(outputs):
    candles = bt.synthetic_candles(20_000)

    def build(window):
        top = bt.rolling_max(bt.high, window).shift(1)
        return bt.Strategy(bt.close > top, bt.close < candles.low[0], max_bars=2 * window)

    expected = bt.sweep(build, candles, {"window": [5, 10, 20]}, executor="serial", progress=False)
    ((stream, said),) = outputs[3]
    assert (stream, said) == ("stdout", f"{expected.status} {expected.table()['net'].to_list()}\n")


def test_progress_is_shown_in_the_cell(outputs):
    ((kind, shown),) = outputs[2]
    assert kind == "display_data"
    assert shown.startswith("experiment: 3 of 3, ")


def test_lines_are_written_to_the_cell(outputs):
    said = "".join(text for kind, text in outputs[5] if kind == "stderr")
    assert said.startswith("experiment: 1 simulation on 1 worker\nexperiment: 1 of 1, ")
    assert outputs[5][-1] == ("execute_result", "{'completed': 1}")
