from typing_extensions import disjoint_base

from btcore._core.pipeline import Pipeline

@disjoint_base
class TimedPipeline(Pipeline):
    def nanoseconds(self) -> list[int]: ...
