"""The studies that we ship, and what one is made of: here for whoever writes one.

Names are imported when first used: the command line reads the options of one study from here.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
