"""What is promised of methods, encoders, classical memories and engines, as checks of yours.

They are what our own tests run over everything registered. Each raises an ``AssertionError`` that
names the promise, the place and the figures, and returns nothing when all is well::

    from qdenseam.testing import check_method


    def test_my_method():
        check_method(MyMethod(strength=2))

No test framework is needed.
"""

from qdenseam.testing.encoders import check_encoder
from qdenseam.testing.engines import check_engine
from qdenseam.testing.memories import check_memory
from qdenseam.testing.methods import check_method
from qdenseam.testing.sampling import FALSE_ALARM, assert_binomial, assert_counts_follow

__all__ = [
    "FALSE_ALARM",
    "assert_binomial",
    "assert_counts_follow",
    "check_encoder",
    "check_engine",
    "check_memory",
    "check_method",
]
