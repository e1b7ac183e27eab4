"""One spelling: methods, filters, schedules, encoders, separations, ... have a text form.

``separation-filter(hamming-ball(2), amplified=0.125)`` is a method on the command line, in files,
in labels and in Python: :func:`parse` reads it, :func:`spell` writes it. Nothing is evaluated.
"""

from qdenseam.spelling.kinds import register, registered
from qdenseam.spelling.reading import parse, resolved
from qdenseam.spelling.writing import spell

__all__ = ["parse", "register", "registered", "resolved", "spell"]
