"""The diagonal engine in plain array operations, for any array module such as CuPy."""

from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt


def qaoa_state_arrays(
    diagonal: Any,
    start_angles: npt.ArrayLike,
    *,
    gammas: npt.ArrayLike,
    betas: npt.ArrayLike,
    array_module: ModuleType = np,
) -> Any:
    r"""Return the state of :func:`qdenseam.simulation.diagonal.qaoa_state`, slower on a CPU.

    Only ``asarray``, ``exp``, ``multiply.outer``, ``stack``, arithmetic and reshaping are used, so
    ``array_module=cupy`` with a CuPy diagonal runs the same lines on a GPU. The precision is the
    diagonal's: float32 energies give complex64 amplitudes.

    Args:
        diagonal: Energies E of the array module, shape ``(2**D,)``, float32 or float64.
        start_angles: θ_i, shape ``(D,)``, a host array.
        gammas: Phase angles, one per layer.
        betas: Mixer angles, one per layer.
        array_module: Where the arrays live.

    Returns:
        Amplitudes of the array module, shape ``(2**D,)`` at index Σ_i b_i 2^i.

    Raises:
        ValueError: The shapes do not fit each other.
    """
    xp = array_module
    angles = np.asarray(start_angles, dtype=float)
    if angles.ndim != 1 or tuple(diagonal.shape) != (2**angles.size,):
        raise ValueError(
            f"diagonal should have shape (2**{angles.size},), one start angle a qubit. "
            f"Got {tuple(diagonal.shape)} and angles of shape {angles.shape}."
        )
    layers = list(zip(np.atleast_1d(gammas), np.atleast_1d(betas), strict=True))
    dtype = np.complex64 if diagonal.dtype == np.float32 else np.complex128
    state = xp.asarray([1.0], dtype=dtype)
    for theta in angles.tolist():
        pair = xp.asarray([np.cos(theta / 2), np.sin(theta / 2)], dtype=dtype)
        state = xp.multiply.outer(pair, state).reshape(-1)
    for gamma, beta in layers:
        state = mix(xp, state * xp.exp(dtype(-1j * float(gamma)) * diagonal), angles, float(beta))
    return state


def mix(array_module: ModuleType, state: Any, start_angles: npt.ArrayLike, beta: float) -> Any:
    """Return ⊗_i exp(iβ(cos θ_i Z + sin θ_i X)) applied to amplitudes, shape ``(2**D,)``."""
    scalar = state.dtype.type
    cosine, turn = scalar(np.cos(beta)), 1j * np.sin(beta)
    for qubit, theta in enumerate(np.asarray(start_angles, dtype=float).tolist()):
        pairs = state.reshape(-1, 2, 2**qubit)
        low, high = pairs[:, 0], pairs[:, 1]
        along, across = scalar(turn * np.cos(theta)), scalar(turn * np.sin(theta))
        new_low = (cosine + along) * low + across * high
        new_high = across * low + (cosine - along) * high
        state = array_module.stack([new_low, new_high], 1).reshape(-1)
    return state
