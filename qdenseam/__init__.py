"""Quantum dense associative memory: recall by amplitude and by energy, with exact laws.

Names are imported when first used, so that ``import qdenseam`` stays cheap.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

__all__ += ["__version__"]
