r"""The exact state of span-preserving recall as K flag states, one per stored pattern.

Every operation of these methods is diagonal on the memory, so that the state stays
Σ_μ |x^μ⟩|s_μ⟩ with an unnormalized state s_μ of the few flags: K·2^f numbers instead of 2^(D+f).
A sequence of m signals costs O(K m), the distances O(K D), and a reflection about the prepared
state O(K), since it needs one inner product. This is a third witness for the laws, next to the
closed forms and the circuits, at any D.
"""

import cmath
from math import pi
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from circuits.distance.symmetric_signal_processing import scaled_phases
from circuits.grover.rounds import Rounds
from classical_ref.checks import Complexes, Floats, Spins
from classical_ref.spins import hamming_distance
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods import AmplitudeAmplification, RecallMethod, SeparationFilter

if TYPE_CHECKING:
    from qdenseam.filters.tables import Filter

_CHUNK = 4096  # patterns whose flags stay in a cache


def branch_state(method: RecallMethod, memory: AmplitudeMemory, probe: Spins) -> Complexes:
    """Return the state that a method's circuit makes, shape ``(K, 2**f)``.

    Args:
        method: A :class:`SeparationFilter` or an :class:`AmplitudeAmplification`.
        memory: The stored patterns.
        probe: Spins, shape ``(D,)``.

    Raises:
        TypeError: The method is another one.
    """
    distances = hamming_distance(memory.patterns, probe)
    if isinstance(method, AmplitudeAmplification):
        state = prepared(memory.weights, 0)
        rounds = method.rounds(memory, np.asarray(probe) != 0)
        return amplify(state, (distances == 0)[:, None], rounds)
    if not isinstance(method, SeparationFilter):
        raise TypeError(f"method should be a filter or amplification. Got {method.name!r}.")
    num_known, chosen = int(np.count_nonzero(probe)), cast("Filter", method.filter)
    state = prepared(memory.weights, method.num_flags)
    for flag in range(method.num_flags):
        if method.synthesis == "symmetric":
            phases, _ = scaled_phases(chosen.cosine_series(num_known))
            cos, sin = np.cos(phases[::-1]), 1j * np.sin(phases[::-1])
            gates = np.array([[cos, sin], [sin, cos]]).transpose(2, 0, 1)
            gates[-1] = gates[-1, ::-1]
            signal_angle, phase = pi / max(1, num_known), 0.0
        else:
            angles, signal_angle = chosen.signal(num_known)
            cos, sin = np.cos(angles.rotations), np.sin(angles.rotations)
            turns, phase = np.exp(1j * angles.phases), angles.global_phase
            gates = np.array([[turns * cos, -turns * sin], [sin, cos]]).transpose(2, 0, 1)
        state = signals(state, distances, gates, signal_angle, flag=flag) * cmath.exp(1j * phase)
    rounds = () if method.amplified is None else method.amplified.rounds()
    return amplify(state, np.arange(2**method.num_flags)[None] == 0, rounds)


def prepared(weights: npt.ArrayLike, num_flags: int = 1) -> Complexes:
    """Return √π_μ on "all flags 0", shape ``(K, 2**f)``; flag 0 is least significant.

    Raises:
        ValueError: The weights are not a distribution, shape ``(K,)``.
    """
    row = np.array(weights, dtype=float)
    if row.ndim != 1 or (row < 0).any() or abs(row.sum() - 1) > 1e-9:
        raise ValueError(
            f"weights should be a distribution, shape (K,). Got sum {row.sum()}, shape {row.shape}."
        )
    branches = np.zeros((len(row), 2**num_flags), dtype=np.complex128)
    branches[:, 0] = np.sqrt(row)
    return branches


def signals(
    branches: Complexes,
    distances: npt.ArrayLike,
    gates: Complexes,
    signal_angle: float,
    *,
    flag: int = 0,
) -> Complexes:
    """Return the branches after gates on one flag with a signal between each two of them.

    Args:
        branches: Shape ``(K, 2**f)``.
        distances: Hamming distances d_μ on the known bits, shape ``(K,)``.
        gates: Shape ``(m + 1, 2, 2)`` for m signals, the first one first.
        signal_angle: ω; a signal is exp(iωd Z/2) on the flag.
        flag: Which flag, below f.

    Raises:
        ValueError: The shapes do not fit.
    """
    row = np.asarray(distances, dtype=float)
    if branches.shape[:1] != (len(row),) or branches.shape[-1] % 2 ** (flag + 1):
        raise ValueError(
            f"branches should have shape ({len(row)}, 2**f) with f > {flag} for these distances "
            f"and this flag. Got {branches.shape}."
        )
    halves = np.exp(0.5j * signal_angle * row)[:, None, None]
    split = branches.reshape(len(branches), -1, 2, 2**flag)
    result = np.empty_like(split)
    for first in range(0, len(branches), _CHUNK):
        rows = slice(first, first + _CHUNK)
        zero, one, turn = split[rows, :, 0], split[rows, :, 1], halves[rows]
        back = turn.conj()
        for k, ((a, b), (c, d)) in enumerate(gates.tolist()):
            if k:
                zero, one = turn * zero, back * one
            zero, one = a * zero + b * one, c * zero + d * one
        result[rows, :, 0], result[rows, :, 1] = zero, one
    return result.reshape(branches.shape)


def amplify(
    branches: Complexes,
    marked: npt.ArrayLike,
    rounds: Rounds,
    *,
    array_module: ModuleType = np,
) -> Complexes:
    """Return the branches after rounds of oracle and reflection about the given state.

    Args:
        branches: The prepared (and filtered) state |ψ⟩, shape ``(K, 2**f)``.
        marked: What the oracle marks: broadcastable to the branches, such as ``(K, 1)`` for
            patterns and ``(1, 2**f)`` for flags.
        rounds: The schedule (φ, χ): O(φ), then -1 + (1 - e^{iχ})|ψ⟩⟨ψ|.
        array_module: Where the branches live: with CuPy the same lines run on a GPU.
    """
    xp: Any = array_module
    mask = xp.broadcast_to(xp.asarray(marked, dtype=bool), branches.shape)
    state = branches
    for oracle_phase, reflection_phase in rounds:
        state = xp.where(mask, cmath.exp(1j * oracle_phase) * state, state)
        overlap = _overlap(branches, state, xp) * (1 - cmath.exp(1j * reflection_phase))
        state = overlap * branches - state
    return state


def accepted(branches: Complexes) -> Floats:
    """Return P(pattern μ and all flags 0), shape ``(K,)``."""
    return np.asarray(np.abs(branches[:, 0]) ** 2)


def _overlap(bra: Any, ket: Any, xp: Any) -> Any:
    """Return ⟨bra|ket⟩, summed in double precision: many small terms lose digits in single."""
    if bra.dtype == np.complex128:
        return xp.vdot(bra, ket)
    return (bra.conj() * ket).sum(dtype=np.complex128).astype(bra.dtype)
