"""Classical associative memories: the reference that every quantum result is held against.

Every memory has ``patterns`` (``(num_patterns, num_neurons)`` spins) and ``energy(states)``
(``(..., num_neurons)`` to ``(...)``). Names are imported on first use.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
