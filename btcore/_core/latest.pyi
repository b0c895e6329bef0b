from typing_extensions import disjoint_base

@disjoint_base
class Latest:
    def __new__(cls, code: int, window: int, option: int) -> Latest: ...
