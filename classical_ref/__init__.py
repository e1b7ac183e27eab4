# ruff: noqa: F401  (the imports for type checkers are re-exported by __getattr__)
"""Classical associative memories: the reference that every quantum result is held against.

Every memory has ``patterns`` (``(num_patterns, num_neurons)`` spins) and ``energy(states)``
(``(..., num_neurons)`` to ``(...)``). Names are imported on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .attention import Descent, EnergyTransformer, attend
    from .centered import CenteredMemory
    from .continuous import ContinuousMemory, ContinuousResult, Convergence
    from .continuous_energies import (
        AttentionMemory,
        EpanechnikovMemory,
        GaussianMemory,
        SphericalMemory,
    )
    from .datasets import Dataset, digits, glyphs, load_patterns
    from .dense import DenseMemory
    from .diffusion import critical_variance, denoise, ring_barrier, ring_radius, score
    from .dynamics import DynamicsResult, Outcome
    from .hopfield import HopfieldMemory, hebb_weights, projection_weights, storkey_weights
    from .hypersynapses import Attention, Coupling, Hypersynapse
    from .lagrangians import (
        Identity,
        Lagrangian,
        LayerNorm,
        RectifiedPower,
        Sigmoid,
        Softmax,
        Spherical,
        Tanh,
    )
    from .metrics import (
        Nearest,
        basin_radius,
        failure_rate,
        is_spurious,
        mean_absolute_overlap,
        nearest_pattern,
        retrieval_error,
    )
    from .modular import ModularMemory, ModularResult, NeuronLayer
    from .patterns import (
        correlated_patterns,
        corrupt,
        erase,
        flip,
        flip_by_rate,
        is_ambiguous,
        random_patterns,
    )
    from .random_features import RandomFeatureMemory
    from .separation import (
        Exponential,
        LogSumExp,
        Polynomial,
        RectifiedPolynomial,
        Separation,
    )
    from .spins import (
        bits_to_spins,
        check_patterns,
        check_probes,
        hamming_distance,
        overlap,
        similarity,
        spins_to_bits,
        spins_to_text,
        text_to_spins,
    )

_ROOMS = {
    "attention": ("Descent", "EnergyTransformer", "attend"),
    "centered": ("CenteredMemory",),
    "continuous": ("ContinuousMemory", "ContinuousResult", "Convergence"),
    "continuous_energies": (
        "AttentionMemory",
        "EpanechnikovMemory",
        "GaussianMemory",
        "SphericalMemory",
    ),
    "datasets": ("Dataset", "digits", "glyphs", "load_patterns"),
    "dense": ("DenseMemory",),
    "diffusion": ("critical_variance", "denoise", "ring_barrier", "ring_radius", "score"),
    "dynamics": ("DynamicsResult", "Outcome"),
    "hopfield": ("HopfieldMemory", "hebb_weights", "projection_weights", "storkey_weights"),
    "hypersynapses": ("Attention", "Coupling", "Hypersynapse"),
    "lagrangians": (
        "Identity",
        "Lagrangian",
        "LayerNorm",
        "RectifiedPower",
        "Sigmoid",
        "Softmax",
        "Spherical",
        "Tanh",
    ),
    "metrics": (
        "Nearest",
        "basin_radius",
        "failure_rate",
        "is_spurious",
        "mean_absolute_overlap",
        "nearest_pattern",
        "retrieval_error",
    ),
    "modular": ("ModularMemory", "ModularResult", "NeuronLayer"),
    "patterns": (
        "correlated_patterns",
        "corrupt",
        "erase",
        "flip",
        "flip_by_rate",
        "is_ambiguous",
        "random_patterns",
    ),
    "random_features": ("RandomFeatureMemory",),
    "separation": (
        "Exponential",
        "LogSumExp",
        "Polynomial",
        "RectifiedPolynomial",
        "Separation",
    ),
    "spins": (
        "bits_to_spins",
        "check_patterns",
        "check_probes",
        "hamming_distance",
        "overlap",
        "similarity",
        "spins_to_bits",
        "spins_to_text",
        "text_to_spins",
    ),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = list(_ROOM_OF)


def __getattr__(name: str) -> object:
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_ROOM_OF[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOM_OF})
