from typing import Final

LOAD_NUMBER: Final[int]
LOAD_CONDITION: Final[int]
LOAD_CONSTANT: Final[int]
LOAD_MULTIPLE: Final[int]
