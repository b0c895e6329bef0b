from typing import Final

import numpy as np

PARTS: Final[dict[str, int]]

def bucket_starts(
    times: np.ndarray, table: tuple[np.ndarray, np.ndarray], rule: tuple[int, int, int, int, int, bool]
) -> np.ndarray: ...
