"""Choosing how to recall from what a planner may know: the memory, which neurons are known, noise.

Off devices a rule chooses; where a device's calibration is known, methods, encoders and layouts are
compared by predicted success per shot. A plan never sees a probe's values.
"""

from qdenseam.planning.plans import Plan, best_of_each_kind, plan
from qdenseam.planning.rule import choose, choose_method

__all__ = ["Plan", "best_of_each_kind", "choose", "choose_method", "plan"]
