"""Memories that learn: class memories by gradient descent, linear memories by Muon and others.

Names are imported on first use: :class:`DenseClassifier` needs scikit-learn.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
