r"""The mixer ⊗_i exp(iβ n_i·σ_i) in place, block by block, by matrix products of any array module.

A block is copied, its leading g qubits are turned by one 2^g × 2^g matrix, the Kronecker product of
their rotations, and become its last qubits; the next g follow, until all have been turned and stand
where they stood. Each step is one matrix product, which is what CPUs and GPUs do fastest. Blocks
are first 2^b neighboring amplitudes, for the low b qubits, then tiles of as many amplitudes in
columns of the (2^(D-b), 2^b) table, for the others. Beyond the state there is room for a few
blocks only.
"""

from collections.abc import Iterator
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Complexes, Floats

ModuleArray: TypeAlias = npt.NDArray[np.complex128]
"""An array of the module that computes, such as CuPy; to a type checker one of NumPy."""

_CPU_BLOCK_QUBITS = 14  # 256 KiB of double amplitudes, kept in a processor's cache
_DEVICE_BLOCK_QUBITS = 22  # 64 MiB: few launches, little memory beside a state that fills a GPU
_GROUP_QUBITS = 5  # 32 × 32 matrices: as much arithmetic as memory traffic


class BlockMixer:
    """The mixers of one circuit on states of one type.

    Args:
        start_angles: θ_i of n_i = (sin θ_i, 0, cos θ_i), shape ``(D,)``, a host array.
        dtype: complex64 or complex128, of the states.
        array_module: Where the states live.
    """

    def __init__(
        self, start_angles: npt.ArrayLike, dtype: npt.DTypeLike, array_module: ModuleType
    ) -> None:
        self._xp = array_module
        self._dtype = np.dtype(dtype)
        angles = np.asarray(start_angles, dtype=float)
        self.num_qubits = angles.size
        wanted = _CPU_BLOCK_QUBITS if array_module is np else _DEVICE_BLOCK_QUBITS
        self.block_qubits = min(self.num_qubits, max(wanted, (self.num_qubits + 1) // 2))
        self._low = [_Group(part) for part in _leading_first(angles[: self.block_qubits])]
        self._high = [_Group(part) for part in _leading_first(angles[self.block_qubits :])]

    def blocks(self) -> Iterator[slice]:
        """Yield the ranges of 2^b neighboring amplitudes."""
        step = 2**self.block_qubits
        for first in range(0, 2**self.num_qubits, step):
            yield slice(first, first + step)

    def turn(self, state: ModuleArray, beta: float) -> None:
        r"""Apply ⊗_i exp(iβ n_i·σ_i) to amplitudes, shape ``(2**D,)``."""
        for groups, pieces in self._sweeps(state):
            rotations = [self._moved(group.rotation(beta)) for group in groups]
            for (piece,) in pieces:
                block = piece
                for rotation in rotations:
                    block = _leading_last(block, rotation) @ rotation
                piece[...] = _as_piece(block, piece)

    def turn_back(self, ket: ModuleArray, bra: ModuleArray, beta: float) -> ModuleArray:
        r"""Apply ⊗_i exp(-iβ n_i·σ_i) to both states and return ⟨bra|Σ_i n_i·σ_i|ket⟩.

        The sum commutes with the mixer, so that it is the same before and after.

        Args:
            ket: Amplitudes, shape ``(2**D,)``.
            bra: Amplitudes, shape ``(2**D,)``.
            beta: β.

        Returns:
            A complex scalar of the array module, shape ``()``.
        """
        overlap = self._xp.zeros((), dtype=np.complex128)
        for groups, pieces in self._sweeps(ket, bra):
            matrices = [
                (self._moved(group.rotation(-beta)), self._moved(group.generator()))
                for group in groups
            ]
            for piece, dual_piece in pieces:
                block, dual = piece, dual_piece
                for rotation, generator in matrices:
                    block = _leading_last(block, rotation) @ rotation
                    dual = _leading_last(dual, rotation) @ rotation
                    turned = block @ generator
                    turned *= dual.conj()
                    overlap = overlap + turned.sum(dtype=np.complex128)
                piece[...] = _as_piece(block, piece)
                dual_piece[...] = _as_piece(dual, dual_piece)
        return overlap

    def _sweeps(
        self, *states: ModuleArray
    ) -> Iterator[tuple[list["_Group"], Iterator[tuple[Any, ...]]]]:
        """Yield twice: groups of qubits, and the views in which these are the leading ones."""
        columns = ([state[rows].reshape(-1, 1) for state in states] for rows in self.blocks())
        yield self._low, map(tuple, columns)
        if self._high:
            tables = [state.reshape(-1, 2**self.block_qubits) for state in states]
            width = 2 ** (2 * self.block_qubits - self.num_qubits)
            firsts = range(0, 2**self.block_qubits, width)
            tiles = ([table[:, first : first + width] for table in tables] for first in firsts)
            yield self._high, map(tuple, tiles)

    def _moved(self, matrix: Complexes) -> ModuleArray:
        return self._xp.asarray(matrix.astype(self._dtype))


class _Group:
    """Some neighboring qubits, turned together; its matrices are symmetric."""

    def __init__(self, angles: Floats) -> None:
        cosines, sines = np.cos(angles), np.sin(angles)
        self._axes = [np.array([[c, s], [s, -c]]) for c, s in zip(cosines, sines, strict=True)]

    def rotation(self, beta: float) -> Complexes:
        """Return ⊗_i exp(iβ n_i·σ_i), shape ``(2**g, 2**g)``."""
        matrix: Any = np.ones((1, 1), dtype=np.complex128)
        for axis in self._axes:
            matrix = np.kron(np.cos(beta) * np.eye(2) + 1j * np.sin(beta) * axis, matrix)
        return np.asarray(matrix)

    def generator(self) -> Complexes:
        """Return Σ_i n_i·σ_i, shape ``(2**g, 2**g)``."""
        matrix: Any = np.zeros((1, 1), dtype=np.complex128)
        for axis in self._axes:
            matrix = np.kron(np.eye(2), matrix) + np.kron(axis, np.eye(len(matrix)))
        return np.asarray(matrix)


def _leading_first(angles: Floats) -> list[Floats]:
    """Return groups of at most five, the highest qubits first."""
    count = -(-angles.size // _GROUP_QUBITS)
    return np.array_split(angles, count)[::-1] if count else []


def _leading_last(block: ModuleArray, rotation: ModuleArray) -> ModuleArray:
    """Return a view in which the leading qubits, as many as the matrix turns, stand last."""
    return block.reshape(len(rotation), -1).T


def _as_piece(block: ModuleArray, piece: ModuleArray) -> ModuleArray:
    """Return a block whose leading qubits went round in the shape of the piece it came from."""
    return block.reshape(piece.shape[1], piece.shape[0]).T
