"""Parity checks as circuits: syndromes on flags, and an oracle for code words near a probe."""

from math import pi

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit, QuantumRegister

from circuits.bit_order import check_bits
from circuits.blocks import append, block
from circuits.gf2 import AffineHull
from circuits.grover.ball_oracles import ball_filter, check_ball
from circuits.loading.preparation import empty_circuit
from circuits.synthesis import multi_controlled


def syndrome_circuit(checks: npt.ArrayLike) -> QuantumCircuit:
    """Return the circuit that adds the parity of each check to a flag: one CX per entry 1.

    On a superposition of words that all obey the checks an error leaves the same syndrome in every
    term: measuring the flags tells the error and nothing about the word.

    Args:
        checks: Bits, shape ``(m, D)``.

    Returns:
        A circuit with registers ``memory`` (D) and ``flag`` (m).

    Raises:
        ValueError: ``checks`` are not rows of bits.

    References:
        Gottesman, "Stabilizer codes and quantum error correction" (1997), for checks of Z type.
    """
    rows = check_bits(checks)
    memory, flags = QuantumRegister(rows.shape[1], "memory"), QuantumRegister(len(rows), "flag")
    circuit = QuantumCircuit(memory, flags)
    for check, neuron in np.argwhere(rows).tolist():
        circuit.cx(memory[neuron], flags[check])
    return circuit


def hull_ball_oracle(
    hull: AffineHull,
    probe_bits: npt.ArrayLike,
    positions: npt.ArrayLike,
    radius: int,
    *,
    angle: float = pi,
) -> QuantumCircuit:
    r"""Return e^{iφ} on the states that lie in an affine hull and in a ball around the probe.

    The ball is filtered onto an ancilla (:func:`~circuits.grover.ball_oracles.signal_ball_oracle`),
    each check is added up on the one dependent neuron that it alone has, and one phase is
    controlled by all of them; then everything is undone.

    Args:
        hull: The hull of *all* columns, as :func:`circuits.gf2.affine_hull` gives it.
        probe_bits: Shape ``(D,)``; entries outside ``positions`` are ignored.
        positions: The n known neurons.
        radius: r >= 0.
        angle: The phase φ.

    Returns:
        A circuit with register ``memory`` (D) and, where needed, clean ``ancilla`` qubits.

    Raises:
        ValueError: Bits or positions are malformed, or the radius is negative.
    """
    bits, known = check_ball(probe_bits, positions, radius)
    if hull.checks.shape[1] != len(bits):
        raise ValueError(
            f"probe_bits should have shape ({hull.checks.shape[1]},). Got {bits.shape}."
        )
    has_ball = radius < len(known)
    num_controls = len(hull.checks) + has_ball
    ladder = multi_controlled.num_ancillas(num_controls)
    circuit = empty_circuit(len(bits), has_ball + ladder)
    if not num_controls:
        circuit.global_phase = angle
        return circuit
    before = circuit.copy_empty_like()
    controls = []
    if has_ball:
        keep = block("filter", part=ball_filter(bits, known, radius))
        inside = before.qubits[len(bits)]
        append(before, keep, [*before.qubits[: len(bits)], inside])
        before.x(inside)
        controls.append(inside)
    for check, parity in zip(hull.checks, hull.parities, strict=True):
        *others, dependent = np.flatnonzero(check).tolist()
        for neuron in others:
            before.cx(neuron, dependent)
        if not parity:
            before.x(dependent)
        controls.append(before.qubits[dependent])
    check = block("check", part=before)
    append(circuit, check, circuit.qubits)
    multi_controlled.append_phase(circuit, angle, controls, circuit.qubits[-1] if ladder else None)
    append(circuit, check.inverse(), circuit.qubits)
    return circuit
