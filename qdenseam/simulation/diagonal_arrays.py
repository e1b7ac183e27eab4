r"""The diagonal engine in plain array operations, for any array module such as CuPy.

The same circuits, values and gradients as :mod:`qdenseam.simulation.diagonal`. With
``array_module=cupy`` and a CuPy diagonal every line runs on the GPU; what crosses the bus are
small matrices and single numbers. The state is changed in place: beside it (two states for a
gradient) and the diagonal there is room for a few blocks only, see
:mod:`qdenseam.simulation.block_mixer`.

The precision is the diagonal's: float32 energies give complex64 amplitudes. In bytes a state costs
2^D · 8 and its diagonal 2^D · 4 in single precision, twice that in double.
"""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Floats
from qdenseam.simulation.block_mixer import BlockMixer, ModuleArray
from qdenseam.simulation.diagonal import checked_layers, product_state

ArrayObservable = npt.ArrayLike | Callable[[Floats], Floats]
"""Values O(x), shape ``(2**D,)``, or a function that maps the final probabilities to them."""


def mix(
    state: ModuleArray, start_angles: npt.ArrayLike, beta: float, *, array_module: ModuleType = np
) -> None:
    """Apply ⊗_i exp(iβ(cos θ_i Z + sin θ_i X)) to amplitudes, shape ``(2**D,)``, in place."""
    BlockMixer(start_angles, state.dtype, array_module).turn(state, beta)


class ArrayLayers:
    """One circuit on one array module."""

    def __init__(
        self,
        diagonal: Floats,
        start_angles: npt.ArrayLike,
        gammas: npt.ArrayLike,
        betas: npt.ArrayLike,
        array_module: ModuleType,
    ) -> None:
        self.xp: Any = array_module
        self.energies = diagonal
        self.angles, self.gammas, self.betas = checked_layers(
            tuple(diagonal.shape), start_angles, gammas, betas
        )
        if diagonal.dtype not in (np.float32, np.float64):
            raise ValueError(f"diagonal should be float32 or float64. Got {diagonal.dtype}.")
        self.dtype = np.result_type(diagonal.dtype, np.complex64)
        self.mixer = BlockMixer(self.angles, self.dtype, array_module)

    def state(self) -> ModuleArray:
        """Return the amplitudes."""
        state = self._start()
        for gamma, beta in zip(self.gammas.tolist(), self.betas.tolist(), strict=True):
            self._phase(state, gamma)
            self.mixer.turn(state, beta)
        return state

    def expectation(self, observable: ArrayObservable | None) -> float:
        """Return ⟨ψ|O|ψ⟩."""
        state = self.state()
        values = self._values(observable, state)
        total = self.xp.zeros((), dtype=np.float64)
        for block in self.mixer.blocks():
            weighted = _squared(state[block])
            weighted *= values[block]
            total = total + weighted.sum(dtype=np.float64)
        return float(total.item())

    def gradient(self, observable: ArrayObservable | None) -> tuple[float, Floats, Floats]:
        """Return ⟨ψ|O|ψ⟩ and its derivatives by the gammas and the betas."""
        ket = self.state()
        values = self._values(observable, ket)
        bra = self.xp.empty(ket.shape, dtype=ket.dtype)
        for block in self.mixer.blocks():
            bra[block] = ket[block] * values[block]
        del values
        value = float(self._overlap(bra, ket).real)
        by_gamma, by_beta = np.zeros_like(self.gammas), np.zeros_like(self.betas)
        for layer in reversed(range(self.gammas.size)):
            mixed = self.mixer.turn_back(ket, bra, float(self.betas[layer])).item()
            by_beta[layer] = -2 * mixed.imag
            by_gamma[layer] = 2 * self._overlap(bra, ket, self.energies).imag
            if layer:  # nothing is read before layer 0
                for state in (ket, bra):
                    self._phase(state, -float(self.gammas[layer]))
        return value, by_gamma, by_beta

    def _start(self) -> ModuleArray:
        """Return ⊗_i RY(θ_i)|0⟩, each block the same low qubits times a number."""
        low = self.xp.asarray(product_state(self.angles[: self.mixer.block_qubits]))
        factors = product_state(self.angles[self.mixer.block_qubits :]).tolist()
        state = self.xp.empty(2**self.angles.size, dtype=self.dtype)
        for block, factor in zip(self.mixer.blocks(), factors, strict=True):
            state[block] = low * factor
        return state

    def _phase(self, state: ModuleArray, gamma: float) -> None:
        """Multiply by exp(-iγE), reduced and rounded in double precision."""
        for block in self.mixer.blocks():
            turn = self.energies[block].astype(np.complex128)
            turn *= -1j * gamma
            part = state[block]
            part *= self.xp.exp(turn).astype(self.dtype)

    def _values(self, observable: ArrayObservable | None, state: ModuleArray) -> Floats:
        if observable is None:
            return self.energies
        values: Any = observable
        if callable(observable):
            probabilities = self.xp.empty(state.shape, dtype=self.energies.dtype)
            for block in self.mixer.blocks():
                probabilities[block] = _squared(state[block])
            values = observable(probabilities)
        if values.shape != self.energies.shape:
            raise ValueError(
                f"observable should have shape {self.energies.shape}. Got {values.shape}."
            )
        return values

    def _overlap(
        self, bra: ModuleArray, ket: ModuleArray, weights: Floats | None = None
    ) -> complex:
        """Return ⟨bra|weights|ket⟩."""
        total = self.xp.zeros((), dtype=np.complex128)
        for block in self.mixer.blocks():
            product = bra[block].conj()
            product *= ket[block]
            if weights is not None:
                product *= weights[block]
            total = total + product.sum(dtype=np.complex128)
        return complex(total.item())


def _squared(amplitudes: ModuleArray) -> Floats:
    """Return |ψ|², of half the type's size."""
    real, imag = amplitudes.real, amplitudes.imag
    return real * real + imag * imag
