"""bottleneck: moving windows in C."""

from __future__ import annotations

import bottleneck as bn

from bench.libraries.common import Library, bands, channel, on_close, score

_WINDOWS = ("sum", "mean", "min", "max", "argmin", "argmax", "median", "rank")


def library() -> Library:
    calls = {f"rolling_{name}": on_close(getattr(bn, f"move_{name}")) for name in _WINDOWS}
    calls["rolling_var"] = lambda p, n: bn.move_var(p.close, n, ddof=1)
    calls["rolling_std"] = lambda p, n: bn.move_std(p.close, n, ddof=1)
    calls["zscore"] = score(bn.move_mean, lambda x, n: bn.move_std(x, n, ddof=1))
    calls["bollinger"] = bands(bn.move_mean, bn.move_std)
    calls["donchian"] = channel(bn.move_max, bn.move_min)
    return Library(lambda x: x, calls)
