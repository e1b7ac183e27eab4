"""Quantum dense associative memory: recall by amplitude and by energy, with exact laws.

Names are imported when first used, so that ``import qdenseam`` stays cheap.
"""

import os
import sys

_called = sys.orig_argv[-len(sys.argv)] if sys.argv[:1] == ["-m"] else "".join(sys.argv[:1])
if os.path.basename(_called) == "qdenseam":  # noqa: PTH119  the command, see cli/interrupts.py
    import _signal

    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, lambda *_: os._exit(os.write(2, b"Interrupted.\n") and 130))

import lazy_loader  # noqa: E402

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

__all__ += ["__version__"]
