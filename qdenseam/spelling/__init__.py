"""One spelling: methods, filters, schedules, encoders, separations, ... have a text form.

``separation-filter(hamming-ball(2), amplified=0.125)`` is a method on the command line, in files,
in labels and in Python: :func:`parse` reads it, :func:`spell` writes it. Nothing is evaluated.
:func:`to_plain` and :func:`from_plain` do the same with data that JSON holds.
"""

from qdenseam.spelling.kinds import register, registered
from qdenseam.spelling.plain import Named, from_plain, to_plain
from qdenseam.spelling.reading import parse, resolved
from qdenseam.spelling.writing import spell

__all__ = [
    "Named",
    "from_plain",
    "parse",
    "register",
    "registered",
    "resolved",
    "spell",
    "to_plain",
]
