r"""Circuits of diagonal phases and one-qubit mixers, simulated on the diagonal itself.

The state is |ψ⟩ = Π_l [⊗_i exp(iβ_l n_i·σ)] exp(-iγ_l E) ⊗_i RY(θ_i)|0⟩ with
n_i·σ = cos θ_i Z + sin θ_i X, the circuit of :func:`circuits.energy.ansatz.qaoa`. Time O(p D 2^D);
one state in memory for values, two for gradients.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from circuits.energy.hamiltonians import LARGEST_PHASE
from classical_ref.checks import Complexes, Floats

Precision = Literal["double", "single"]
Observable = npt.ArrayLike | Callable[[Floats], Floats]
"""Values O(x), shape ``(2**D,)``, or a function that maps the final probabilities to them."""

if TYPE_CHECKING:
    from qdenseam.simulation.diagonal_arrays import ArrayLayers

_BLOCK_QUBITS = 12  # 64 KiB of double amplitudes
_THREADED_QUBITS = 16  # below, starting threads costs more than it saves


def product_state(start_angles: npt.ArrayLike) -> Complexes:
    """Return ⊗_i RY(θ_i)|0⟩, shape ``(2**D,)`` at index Σ_i b_i 2^i."""
    angles = np.asarray(start_angles, dtype=float)
    low, high = _product(angles[: angles.size // 2]), _product(angles[angles.size // 2 :])
    return np.multiply.outer(high.astype(np.complex128), low).reshape(-1)


def qaoa_state(
    diagonal: npt.ArrayLike,
    start_angles: npt.ArrayLike,
    *,
    gammas: npt.ArrayLike,
    betas: npt.ArrayLike,
    precision: Precision | None = None,
    array_module: ModuleType | None = None,
) -> Complexes:
    r"""Return the state Π_l mixer(β_l) exp(-iγ_l E) ⊗ RY(θ_i)|0⟩ of that circuit.

    Args:
        diagonal: Energies E, shape ``(2**D,)``.
        start_angles: θ_i, shape ``(D,)``.
        gammas: Phase angles, one per layer.
        betas: Mixer angles, one per layer.
        precision: ``"double"``, the default, or ``"single"``, which halves the memory; amplitudes
            are then right to about 1e-6 a layer. An array module takes that of the diagonal.
        array_module: Where diagonal, observable and state live, such as CuPy: the plain array
            operations of :mod:`qdenseam.simulation.diagonal_arrays`. ``None`` is NumPy with
            compiled kernels. Angles are host arrays everywhere.

    Returns:
        Amplitudes, shape ``(2**D,)`` at index Σ_i b_i 2^i; equal to the circuit's up to a global
        phase. ``complex64`` in single precision.

    Raises:
        ValueError: The shapes do not fit each other, the precision is unknown or given with an
            array module, or the diagonal of one holds no floats.
    """
    layers = _layers(diagonal, start_angles, gammas, betas, precision, array_module)
    state: Complexes = layers.state()
    return state


def qaoa_expectation(
    diagonal: npt.ArrayLike,
    start_angles: npt.ArrayLike,
    *,
    gammas: npt.ArrayLike,
    betas: npt.ArrayLike,
    observable: Observable | None = None,
    precision: Precision | None = None,
    array_module: ModuleType | None = None,
) -> float:
    r"""Return ⟨ψ|O|ψ⟩ for a diagonal O, by default the energy itself.

    ``observable`` is O(x), or a function of the final probabilities, which with an array module
    takes half a state more; all else is that of :func:`qaoa_state`.
    """
    layers = _layers(diagonal, start_angles, gammas, betas, precision, array_module)
    return layers.expectation(observable)


def qaoa_expectation_and_gradient(
    diagonal: npt.ArrayLike,
    start_angles: npt.ArrayLike,
    *,
    gammas: npt.ArrayLike,
    betas: npt.ArrayLike,
    observable: Observable | None = None,
    precision: Precision | None = None,
    array_module: ModuleType | None = None,
) -> tuple[float, Floats, Floats]:
    r"""Return ⟨ψ|O|ψ⟩ and its exact derivatives by all angles, in about four simulations.

    With |λ⟩ = O|ψ⟩ both states are unwound layer by layer:
    ∂/∂β_l = -2 Im⟨λ|Σ_i n_i·σ_i|ψ⟩ and ∂/∂γ_l = 2 Im⟨λ|E|ψ⟩ at that point of the circuit. A
    function of the probabilities is held at its value: by the envelope theorem that is exact for
    optimized cuts such as the conditional value at risk.

    Arguments and errors are those of :func:`qaoa_expectation`.

    Returns:
        (value, ∂/∂γ, ∂/∂β), the derivatives of shape ``(p,)``.

    References:
        Jones and Gacon, "Efficient calculation of gradients in classical simulations of
        variational quantum algorithms" (2020), algorithm 1.
    """
    layers = _layers(diagonal, start_angles, gammas, betas, precision, array_module)
    return layers.gradient(observable)


def checked_layers(
    shape: tuple[int, ...], start_angles: npt.ArrayLike, gammas: npt.ArrayLike, betas: npt.ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Return start angles ``(D,)``, gammas and betas ``(p,)`` for a diagonal of this shape.

    Raises:
        ValueError: The shapes do not fit each other.
    """
    angles = np.asarray(start_angles, dtype=float)
    if angles.ndim != 1 or shape != (2**angles.size,):
        raise ValueError(
            f"diagonal should have shape (2**{angles.size},), one start angle a qubit. "
            f"Got {shape} and angles of shape {angles.shape}."
        )
    phases, turns = np.asarray(gammas, dtype=float), np.asarray(betas, dtype=float)
    if phases.ndim != 1 or phases.shape != turns.shape:
        raise ValueError(f"{phases.size} gammas need as many betas. Got {turns.size}.")
    return angles, phases, turns


def _layers(
    diagonal: Any,
    start_angles: npt.ArrayLike,
    gammas: npt.ArrayLike,
    betas: npt.ArrayLike,
    precision: Precision | None,
    array_module: ModuleType | None,
) -> "_KernelLayers | ArrayLayers":
    if array_module is None:
        return _KernelLayers(diagonal, start_angles, gammas, betas, precision or "double")
    if precision is not None:
        raise ValueError(
            f"precision should be that of the diagonal with an array module. Got {precision!r}."
        )
    from qdenseam.simulation.diagonal_arrays import ArrayLayers

    return ArrayLayers(diagonal, start_angles, gammas, betas, array_module)


class _KernelLayers:
    """One circuit, checked and laid out for the kernels."""

    def __init__(
        self,
        diagonal: npt.ArrayLike,
        start_angles: npt.ArrayLike,
        gammas: npt.ArrayLike,
        betas: npt.ArrayLike,
        precision: Precision,
    ) -> None:
        if precision not in ("double", "single"):
            raise ValueError(f"precision should be 'double' or 'single'. Got {precision!r}.")
        self.dtype = np.dtype(np.float64 if precision == "double" else np.float32)
        self.energies = np.ascontiguousarray(diagonal, dtype=self.dtype)
        self.angles, self.gammas, self.betas = checked_layers(
            self.energies.shape, start_angles, gammas, betas
        )
        largest = max(float(self.energies.max()), -float(self.energies.min()))
        if not float(np.abs(self.gammas).max(initial=0)) * largest <= LARGEST_PHASE:
            raise ValueError(
                f"phases γE should be finite and at most {LARGEST_PHASE:g}, beyond which they have "
                "no digits left. Scale the energies or the angles."
            )
        self.num_qubits = self.angles.size
        self.low = min(self.num_qubits, max(_BLOCK_QUBITS, self.num_qubits // 2))
        self.block = 2**self.low
        self.num_blocks = 2 ** (self.num_qubits - self.low)
        self.axes = np.stack([np.cos(self.angles), np.sin(self.angles)])

    def state(self) -> Any:
        with _workers(self.num_qubits) as run:
            re, im = self._forward(run)
        state = np.empty(len(re), dtype=np.result_type(self.dtype, np.complex64))
        state.real, state.imag = re, im
        return state

    def expectation(self, observable: Observable | None) -> float:
        from qdenseam.simulation import diagonal_kernels as kernels

        with _workers(self.num_qubits) as run:
            re, im = self._forward(run)
            values = self._values(observable, re, im)
            return float(sum(run(kernels.expect, self.num_blocks, re, im, values, self.block)))

    def gradient(self, observable: Observable | None) -> tuple[float, Floats, Floats]:
        from qdenseam.simulation import diagonal_kernels as kernels

        with _workers(self.num_qubits) as run:
            re, im = self._forward(run)
            values = self._values(observable, re, im)
            states = (re, im, *np.empty((2, len(re)), dtype=self.dtype))
            value = float(sum(run(kernels.weigh, self.num_blocks, *states, values, self.block)))
            by_gamma, by_beta = np.zeros_like(self.gammas), np.zeros_like(self.betas)
            for layer in reversed(range(len(self.gammas))):
                turns = self._turns(-self.betas[layer])
                axes = self.axes
                overlap = 0.0
                if self.num_blocks > 1:
                    tiles = self.block // kernels.TILE
                    overlap += sum(
                        run(kernels.backward_tiles, tiles, *states, turns, axes, self.low)
                    )
                unwind = -self.gammas[layer] if layer else 0.0  # nothing is read before layer 0
                parts = run(
                    kernels.backward_blocks,
                    self.num_blocks,
                    *states,
                    self.energies,
                    unwind,
                    turns,
                    axes,
                    self.block,
                )
                by_beta[layer] = -2 * (overlap + sum(part[0] for part in parts))
                by_gamma[layer] = 2 * sum(part[1] for part in parts)
        return value, by_gamma, by_beta

    def _forward(self, run: Callable[..., list[Any]]) -> tuple[Any, Any]:
        from qdenseam.simulation import diagonal_kernels as kernels

        re = np.empty(2**self.num_qubits, dtype=self.dtype)
        factors = _product(self.angles[self.low :]), _product(self.angles[: self.low])
        np.multiply.outer(*factors, out=re.reshape(self.num_blocks, -1), casting="same_kind")
        im = np.zeros_like(re)
        tiles = self.block // kernels.TILE
        for gamma, beta in zip(self.gammas.tolist(), self.betas.tolist(), strict=True):
            turns = self._turns(beta)
            run(
                kernels.forward_blocks,
                self.num_blocks,
                re,
                im,
                self.energies,
                gamma,
                turns,
                self.block,
            )
            if self.num_blocks > 1:
                run(kernels.forward_tiles, tiles, re, im, turns, self.low)
        return re, im

    def _turns(self, beta: float) -> npt.NDArray[Any]:
        turns = np.empty((3, self.num_qubits), dtype=self.dtype)
        turns[0] = np.cos(beta)
        turns[1:] = np.sin(beta) * self.axes
        return turns

    def _values(self, observable: Observable | None, re: Any, im: Any) -> npt.NDArray[Any]:
        if observable is None:
            return self.energies
        if callable(observable):
            observable = observable(np.asarray(re * re + im * im, dtype=np.float64))
        values = np.ascontiguousarray(observable, dtype=self.dtype)
        if values.shape != self.energies.shape:
            raise ValueError(
                f"observable should have shape {self.energies.shape}. Got {values.shape}."
            )
        return values


@contextmanager
def _workers(num_qubits: int) -> Iterator[Callable[..., list[Any]]]:
    """Yield ``run(kernel, count, *arguments)``: the kernel's results over ranges of ``count``."""
    if num_qubits < _THREADED_QUBITS:
        yield lambda kernel, count, *arguments: [kernel(*arguments, 0, count)]
        return
    from numba import config

    num_threads = int(config.NUMBA_NUM_THREADS)
    with ThreadPoolExecutor(num_threads) as pool:

        def run(kernel: Any, count: int, *arguments: Any) -> list[Any]:
            edges = np.linspace(0, count, min(num_threads, count) + 1).astype(int).tolist()
            jobs = [pool.submit(partial(kernel, *arguments, *piece)) for piece in pairwise(edges)]
            return [job.result() for job in jobs]

        yield run


def _product(angles: Floats) -> Floats:
    state = np.ones(1)
    for theta in angles:
        state = np.multiply.outer([np.cos(theta / 2), np.sin(theta / 2)], state).reshape(-1)
    return state
