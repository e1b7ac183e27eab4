r"""Phase oracles that mark a Hamming ball around a probe, by a counter or by signal processing.

.. math:: O(\varphi)|x\rangle = e^{i\varphi\,[d(x) \le r]}\,|x\rangle

with the distance d on the known positions. Both give their ancillas back clean on every state.
"""

from collections.abc import Sequence
from math import pi
from typing import Annotated

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit
from qiskit.circuit import Qubit

from circuits.bit_order import Bits, check_bits, check_positions
from circuits.blocks import append, block
from circuits.distance.filters import signal_filter
from circuits.distance.signal_processing import table_angles
from circuits.loading.preparation import empty_circuit
from circuits.synthesis import multi_controlled
from circuits.synthesis.fourier import inverse_fourier
from classical_ref.checks import Within, checked

Radius = Annotated[int, Within("[0, 1000000000]")]
"""Radius of a Hamming ball; one of at least the known neurons is all of them."""


@checked
def counter_ball_oracle(
    probe_bits: npt.ArrayLike, positions: npt.ArrayLike, radius: Radius, *, angle: float = pi
) -> QuantumCircuit:
    """Return the oracle that counts mismatches into w = ⌈log2(n + 1)⌉ qubits and compares.

    The counter is added to in the Fourier basis, n·w controlled phases, and compared with r bit by
    bit, at most w multi-controlled phases; then the count is undone.

    Args:
        probe_bits: Shape ``(D,)``; entries outside ``positions`` are ignored.
        positions: The n known neurons.
        radius: r >= 0.
        angle: The phase φ.

    Returns:
        A circuit with registers ``memory`` (D) and ``ancilla`` (w, and one more from three up).

    Raises:
        ValueError: Bits or positions are malformed, or the radius is negative.

    References:
        Draper, "Addition on a quantum computer" (2000), for the Fourier counter.
    """
    bits, neurons = check_ball(probe_bits, positions, radius)
    if radius >= len(neurons):
        return _everywhere(len(bits), angle)
    width = len(neurons).bit_length()
    circuit = empty_circuit(len(bits), width + multi_controlled.num_ancillas(width))
    counter = circuit.qubits[len(bits) : len(bits) + width]
    ladder = circuit.qubits[-1] if width > 2 else None
    count = block("count", part=_counting(circuit, bits, neurons, counter))
    append(circuit, count, circuit.qubits)
    # bit i of the count is on qubit w - 1 - i; the count is below r + 1 if at some 1 of r + 1 it
    # has a 0 and agrees above
    limit = radius + 1
    for i in range(width):
        if limit >> i & 1:
            wanted = {k: limit >> k & 1 for k in range(i + 1, width)} | {i: 0}
            zeros = [counter[width - 1 - k] for k, bit in wanted.items() if not bit]
            compared = [counter[width - 1 - k] for k in wanted]
            multi_controlled.append_phase(circuit, angle, compared, ladder, zeros=zeros)
    append(circuit, count.inverse(), circuit.qubits)
    return circuit


@checked
def signal_ball_oracle(
    probe_bits: npt.ArrayLike, positions: npt.ArrayLike, radius: Radius, *, angle: float = pi
) -> QuantumCircuit:
    """Return the oracle that filters the ball onto one ancilla, marks it there and undoes it.

    The filter keeps the ball exactly (:func:`circuits.distance.signal_processing.table_angles`), so
    that the oracle is exact too: 2n² RZZ and no counter. Arguments, registers (one ``ancilla``) and
    errors as :func:`counter_ball_oracle`.
    """
    bits, neurons = check_ball(probe_bits, positions, radius)
    if radius >= len(neurons):
        return _everywhere(len(bits), angle)
    keep = block("filter", part=ball_filter(bits, neurons, radius))
    circuit = empty_circuit(len(bits), 1)
    append(circuit, keep, circuit.qubits)
    inside = circuit.qubits[-1:]
    multi_controlled.append_phase(circuit, angle, inside, zeros=inside)
    append(circuit, keep.inverse(), circuit.qubits)
    return circuit


def ball_filter(bits: Bits, neurons: Sequence[int], radius: int) -> QuantumCircuit:
    """Return the filter that keeps the ball exactly: registers ``memory`` and ``flag``."""
    size = len(neurons) + 1
    angles = table_angles((np.arange(size) <= radius).astype(float))
    return signal_filter(bits, neurons, angles, signal_angle=2 * pi / size)


def _counting(
    circuit: QuantumCircuit, bits: Bits, neurons: list[int], counter: list[Qubit]
) -> QuantumCircuit:
    """Return the part that writes the number of mismatches into a clean counter."""
    count = circuit.copy_empty_like()
    width = len(counter)
    ones = [circuit.qubits[i] for i in neurons if bits[i]]
    if ones:
        count.x(ones)
    count.h(counter)
    for i in neurons:
        for j, qubit in enumerate(counter):
            count.cp(2 * pi / 2 ** (width - j), circuit.qubits[i], qubit)
    if ones:
        count.x(ones)
    inverse_fourier(count, counter[::-1])  # qubit w - 1 - i ends as bit i
    return count


@checked
def check_ball(
    probe_bits: npt.ArrayLike,
    positions: npt.ArrayLike,
    radius: Radius,  # noqa: ARG001  checked
) -> tuple[Bits, list[int]]:
    """Return the checked bits and neurons of a ball.

    Raises:
        ValueError: Bits or positions are malformed, or the radius is negative.
    """
    bits = check_bits(probe_bits, ndim=1)
    return bits, check_positions(positions, len(bits))


def _everywhere(num_neurons: int, angle: float) -> QuantumCircuit:
    circuit = empty_circuit(num_neurons, 0)
    circuit.global_phase = angle
    return circuit
