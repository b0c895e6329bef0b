from typing_extensions import disjoint_base

from btcore._core.answers import Asker

@disjoint_base
class Recent:
    def __new__(cls, asker: Asker) -> Recent: ...
