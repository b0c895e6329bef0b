from collections.abc import Callable
from typing import Any

import numpy as np
from typing_extensions import disjoint_base

@disjoint_base
class Callback:
    def __new__(cls, function: Callable[[np.ndarray], Any] | None, address: int, name: str) -> Callback: ...
