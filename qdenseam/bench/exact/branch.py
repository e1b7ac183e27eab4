r"""The exact state of span-preserving recall as K flag states, one per stored pattern.

Every operation of these methods is diagonal on the memory, so that the state stays
Σ_μ |x^μ⟩|s_μ⟩ with an unnormalized state s_μ of the few flags: K·2^f numbers instead of 2^(D+f).
A sequence of m signals costs O(K m), the distances O(K D), and a reflection about the prepared
state O(K), since it needs one inner product. This is a third witness for the laws, next to the
closed forms and the circuits, at any D.

Every function takes an ``array_module``: with ``cupy`` the same lines run on a GPU, and nothing but
numbers that the caller gave (weights, distances, marks) is moved there.
"""

import cmath
import math
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from circuits.distance.signal_processing import SignalAngles
from circuits.grover.rounds import Rounds

Branches = npt.NDArray[np.complex128]
"""Shape ``(K, 2**f)``: amplitudes of the flags, flag 0 least significant, for each pattern."""
Floats = npt.NDArray[np.float64]

_CHUNK = 4096


def prepared(
    weights: npt.ArrayLike, num_flags: int = 1, *, array_module: ModuleType = np
) -> Branches:
    """Return √π_μ on "all flags 0".

    Args:
        weights: π_μ, shape ``(K,)``, summing to 1; a host array.
        num_flags: f >= 0.
        array_module: Where the branches live.

    Raises:
        ValueError: The weights are not a distribution.
    """
    row = np.array(weights, dtype=float)
    if row.ndim != 1 or (row < 0).any() or abs(row.sum() - 1) > 1e-9:
        raise ValueError(
            f"weights should be a distribution, shape (K,). Got sum {row.sum()}, shape {row.shape}."
        )
    xp: Any = array_module
    branches: Branches = xp.zeros((len(row), 2**num_flags), dtype=np.complex128)
    branches[:, 0] = xp.asarray(np.sqrt(row))
    return branches


def signal_filter(
    branches: Branches,
    distances: npt.ArrayLike,
    angles: SignalAngles,
    signal_angle: float,
    *,
    flag: int = 0,
    array_module: ModuleType = np,
) -> Branches:
    """Return the branches after a filter by signal processing on one flag, gate by gate.

    Args:
        branches: Shape ``(K, 2**f)``.
        distances: Hamming distances d_μ on the known bits, shape ``(K,)``.
        angles: The rotations; their degree m is the number of signals.
        signal_angle: ω; a signal is exp(iωd Z/2) on the flag.
        flag: Which flag, below f.
        array_module: Where the branches live.

    Raises:
        ValueError: The shapes do not fit.
    """
    xp: Any = array_module
    halves = xp.exp(0.5j * signal_angle * _row(distances, branches, flag, xp))
    split = branches.reshape(len(branches), -1, 2, 2**flag)
    result = xp.empty_like(split)
    rotations, phases = angles.rotations.tolist(), angles.phases.tolist()
    for rows in _chunks(branches, xp):
        kept, lost, turn = split[rows, :, 0], split[rows, :, 1], halves[rows, None, None]
        back = turn.conj()
        for k, (rotation, phase) in enumerate(zip(rotations, phases, strict=True)):
            if k:
                kept, lost = turn * kept, back * lost
            cos, sin = math.cos(rotation), math.sin(rotation)
            kept, lost = cmath.exp(1j * phase) * (cos * kept - sin * lost), sin * kept + cos * lost
        result[rows, :, 0], result[rows, :, 1] = kept, lost
    filtered: Branches = result.reshape(branches.shape) * cmath.exp(1j * angles.global_phase)
    return filtered


def symmetric_filter(
    branches: Branches,
    distances: npt.ArrayLike,
    phases: npt.ArrayLike,
    num_known: int,
    *,
    flag: int = 0,
    array_module: ModuleType = np,
) -> Branches:
    """Return the branches after :func:`circuits.distance.filters.symmetric_filter`, gate by gate.

    Args:
        branches: Shape ``(K, 2**f)``.
        distances: d_μ, shape ``(K,)``.
        phases: φ_0..φ_m, a host array; the first one is applied last.
        num_known: n; a signal is exp(iπd/(2n) Z) on the flag.
        flag: Which flag, below f.
        array_module: Where the branches live.

    Raises:
        ValueError: The shapes do not fit.
    """
    xp: Any = array_module
    halves = xp.exp(0.5j * math.pi / max(1, num_known) * _row(distances, branches, flag, xp))
    split = branches.reshape(len(branches), -1, 2, 2**flag)
    result = xp.empty_like(split)
    row = np.asarray(phases, dtype=float)[::-1].tolist()
    for rows in _chunks(branches, xp):
        zero, one, turn = split[rows, :, 0], split[rows, :, 1], halves[rows, None, None]
        back = turn.conj()
        for k, phase in enumerate(row):
            if k:
                zero, one = turn * zero, back * one
            cos, sin = math.cos(phase), 1j * math.sin(phase)
            zero, one = cos * zero + sin * one, sin * zero + cos * one
        result[rows, :, 0], result[rows, :, 1] = one, zero
    filtered: Branches = result.reshape(branches.shape)
    return filtered


def amplify(
    branches: Branches,
    marked: npt.ArrayLike,
    rounds: Rounds,
    *,
    array_module: ModuleType = np,
) -> Branches:
    """Return the branches after rounds of oracle and reflection about the given state.

    Args:
        branches: The prepared (and filtered) state |ψ⟩, shape ``(K, 2**f)``.
        marked: What the oracle marks: broadcastable to the branches, such as ``(K, 1)`` for
            patterns and ``(1, 2**f)`` for flags.
        rounds: The schedule (φ, χ): O(φ), then -1 + (1 - e^{iχ})|ψ⟩⟨ψ|.
        array_module: Where the branches live.
    """
    xp: Any = array_module
    mask = xp.broadcast_to(xp.asarray(marked, dtype=bool), branches.shape)
    state = branches
    for oracle_phase, reflection_phase in rounds:
        state = xp.where(mask, cmath.exp(1j * oracle_phase) * state, state)
        overlap = _overlap(branches, state, xp) * (1 - cmath.exp(1j * reflection_phase))
        state = overlap * branches - state
    return state


def accepted(branches: Branches) -> Floats:
    """Return P(pattern μ and all flags 0), shape ``(K,)``."""
    kept: Any = branches[:, 0]
    probabilities: Floats = abs(kept) ** 2
    return probabilities


def _overlap(bra: Any, ket: Any, xp: Any) -> Any:
    """Return ⟨bra|ket⟩, summed in double precision: many small terms lose digits in single."""
    if bra.dtype == np.complex128:
        return xp.vdot(bra, ket)
    return (bra.conj() * ket).sum(dtype=np.complex128).astype(bra.dtype)


def _chunks(branches: Branches, xp: Any) -> list[slice]:
    """Return rows to treat together: few on a CPU, so that they stay in its cache."""
    step = _CHUNK if xp is np else max(1, len(branches))
    return [slice(first, first + step) for first in range(0, len(branches), step)]


def _row(distances: npt.ArrayLike, branches: Branches, flag: int, xp: Any) -> Any:
    row = xp.asarray(distances, dtype=float)
    if branches.shape[:1] != (len(row),) or branches.shape[-1] % 2 ** (flag + 1):
        raise ValueError(
            f"branches should have shape ({len(row)}, 2**f) with f > {flag} for these distances "
            f"and this flag. Got {branches.shape}."
        )
    return row
