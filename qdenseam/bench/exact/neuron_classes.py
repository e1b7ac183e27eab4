r"""QAOA on few patterns at any number of neurons, exactly, in its symmetric subspace.

Let every neuron be read relative to the first pattern, so that it says 1 where it disagrees.
Neurons in which all patterns agree or disagree with the first alike form a class; K patterns have
at most C = 2^(K-1) of them. An energy E = Σ_μ F_μ(d_μ) depends on x only through the counts j_c of
ones in each class, and the plain start and mixers treat the D_c neurons of a class alike: the state
stays in the span of the Π_c (D_c + 1) products of Dicke states. Time O(p C Σ_c D_c Π_c D_c) instead
of O(p D 2^D): an independent reference at sizes where nothing else is at hand.
"""

from functools import reduce
from math import comb

import numpy as np
import numpy.typing as npt

from circuits.bit_order import check_bits

Floats = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]


class ClassQAOA:
    """The circuit of :func:`circuits.energy.ansatz.qaoa` from the plain start, all θ_i = π/2.

    Args:
        pattern_bits: Shape ``(K, D)``.
        tables: F_μ(d) for d = 0..D, shape ``(K, D + 1)``.
        gammas: Phase angles, shape ``(p,)``.
        betas: Mixer angles, shape ``(p,)``.

    Raises:
        ValueError: The shapes do not fit each other.
    """

    def __init__(
        self,
        pattern_bits: npt.ArrayLike,
        tables: npt.ArrayLike,
        *,
        gammas: npt.ArrayLike,
        betas: npt.ArrayLike,
    ) -> None:
        self._bits, rows = check_bits(pattern_bits), np.asarray(tables, dtype=float)
        expected = (len(self._bits), self._bits.shape[1] + 1)
        self._gammas, self._betas = np.asarray(gammas, dtype=float), np.asarray(betas, dtype=float)
        if rows.shape != expected or self._gammas.shape != self._betas.shape:
            raise ValueError(
                f"tables should have shape {expected} and gammas that of betas. "
                f"Got {rows.shape}, {self._gammas.shape} and {self._betas.shape}."
            )
        relative = self._bits ^ self._bits[0]
        columns, members = np.unique(relative, axis=1, return_inverse=True)
        self._members = members.reshape(-1)
        self._sizes = np.bincount(self._members).tolist()
        counts = np.indices([size + 1 for size in self._sizes])
        self._energies = np.zeros(counts.shape[1:])
        for row, disagrees in zip(rows, columns.astype(bool), strict=True):
            distances = sum(
                size - count if flipped else count
                for count, size, flipped in zip(counts, self._sizes, disagrees, strict=True)
            )
            self._energies += row[distances]
        self._sums = [np.linalg.eigh(_sum_of_x(size)) for size in self._sizes]
        self._state = self._start()
        for gamma, beta in zip(self._gammas, self._betas, strict=True):
            self._state = self._mixed(self._state * np.exp(-1j * gamma * self._energies), beta)

    def probabilities(self, states: npt.ArrayLike) -> Floats:
        """Return P(x) of rows of bits, shape ``(M, D)`` to ``(M,)``."""
        disagreements = check_bits(states) ^ self._bits[0]
        counts = tuple(
            disagreements[:, self._members == index].sum(axis=1)
            for index in range(len(self._sizes))
        )
        ways = reduce(np.multiply.outer, [_binomials(size) for size in self._sizes])
        return np.asarray((np.abs(self._state) ** 2 / ways)[counts])

    def expectation_and_gradient(self) -> tuple[float, Floats, Floats]:
        """Return ⟨E⟩, ∂/∂γ and ∂/∂β, by unwinding |ψ⟩ and E|ψ⟩ together."""
        ket, bra = self._state, self._energies * self._state
        value = float(np.vdot(ket, bra).real)
        by_gamma, by_beta = np.zeros_like(self._gammas), np.zeros_like(self._betas)
        for layer in reversed(range(len(self._gammas))):
            turned = sum(
                self._along(axis, vectors @ np.diag(values) @ vectors.T, ket)
                for axis, (values, vectors) in enumerate(self._sums)
            )
            by_beta[layer] = -2 * np.vdot(bra, turned).imag
            ket, bra = (self._mixed(state, -self._betas[layer]) for state in (ket, bra))
            by_gamma[layer] = 2 * np.vdot(bra, self._energies * ket).imag
            phase = np.exp(1j * self._gammas[layer] * self._energies)
            ket, bra = phase * ket, phase * bra
        return value, by_gamma, by_beta

    def _start(self) -> Complex:
        weights = [np.sqrt(_binomials(size) / 2.0**size) for size in self._sizes]
        return np.asarray(reduce(np.multiply.outer, weights), dtype=np.complex128)

    def _mixed(self, state: Complex, beta: float) -> Complex:
        for axis, (values, vectors) in enumerate(self._sums):
            state = self._along(axis, vectors * np.exp(1j * beta * values) @ vectors.T, state)
        return state

    @staticmethod
    def _along(axis: int, matrix: Floats | Complex, state: Complex) -> Complex:
        return np.asarray(np.moveaxis(np.tensordot(matrix, state, (1, axis)), 0, axis))


def _sum_of_x(num_neurons: int) -> Floats:
    """Return Σ_i X_i on the Dicke states of j = 0..n ones, shape ``(n + 1, n + 1)``."""
    ones = np.arange(num_neurons)
    steps = np.sqrt((ones + 1.0) * (num_neurons - ones))
    return np.diag(steps, 1) + np.diag(steps, -1)


def _binomials(num_neurons: int) -> Floats:
    return np.array([comb(num_neurons, j) for j in range(num_neurons + 1)], dtype=float)
