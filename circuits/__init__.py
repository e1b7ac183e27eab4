"""Circuit builders on Qiskit: from bits, arrays and integers to circuits.

Nothing here knows a memory, a backend, shots or randomness. Neuron i is qubit i is column i.
Names are imported when first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
