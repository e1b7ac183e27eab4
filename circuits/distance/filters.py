r"""Hamming distances as phases of a flag qubit, and filters made of them.

With e = x XOR probe on the known bits, exp(iωd Z_f/2) is one RZ on the flag f and one RZZ between
f and each known memory qubit: exp(i(ωn/4)Z_f) Π_k exp(-i(ω/4) Z_k Z_f), since d = Σ_k (1 - Z_k)/2
after the XOR. n is the number of known bits. Every filter below is a sequence of rotations of the
flag between such signals, undoes the XOR, and keeps a pattern where its flags are 0.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import pi
from typing import Annotated

import numpy as np
import numpy.typing as npt
from qiskit import AncillaRegister, ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Gate, Qubit

from circuits.bit_order import check_bits, check_positions
from circuits.blocks import append, block
from circuits.distance.signal_processing import SignalAngles
from circuits.synthesis import multi_controlled
from classical_ref.checks import Within, check_array, checked

NumFlags = Annotated[int, Within("[1, 10000]")]
"""How many controls or flags."""


@checked
def distance_filter(
    probe_bits: npt.ArrayLike,
    positions: npt.ArrayLike,
    *,
    num_controls: NumFlags,
    scale: Annotated[float, Within("(0, inf)")] | None = None,
    reuse_control: bool = False,
) -> QuantumCircuit:
    r"""Return Trugenberger's retrieval circuit with b controls for a classical probe.

    For a basis state x at distance d on the positions, the amplitude of "all flags 0" is
    cos^b(πd/(2n)). Two probes with the same positions give circuits that differ only in X gates.

    Args:
        probe_bits: Shape ``(D,)``; entries outside ``positions`` are ignored.
        positions: The known neurons; without any, all distances are 0 and every flag stays 0.
        num_controls: b >= 1, the number of controls.
        scale: n in the angle; default ``len(positions)``. Another value is the parametric memory.
        reuse_control: Use one ``flag`` qubit b times, measured into the classical register
            ``flag_bits`` (b bits) and reset in between, instead of b qubits.

    Returns:
        A circuit with registers ``memory`` (D) and ``flag`` (b, or 1 if re-used), with
        b·len(positions) RZZ.

    Raises:
        ValueError: Bits or positions are malformed, b is not from 1 to 10,000, or the scale is not
            positive.

    References:
        Trugenberger, "Probabilistic quantum memories" (2001), equations 10-16; the classical-probe
        form with one qubit per control; Sousa et al., "Parametric probabilistic quantum memory"
        (2020) for the scale.
    """
    circuit, neurons, ones, flags = _start(
        probe_bits, positions, num_uses=num_controls, reuse=reuse_control
    )
    size = float(len(neurons)) if scale is None else float(scale)
    known = [circuit.qubits[i] for i in neurons]
    distance = distance_rotation(pi / size if neurons else 0.0, len(neurons))
    with _compared(circuit, ones):
        for control, flag in enumerate(flags):
            if neurons:
                circuit.h(flag)
                append(circuit, distance, [*known, flag])
                circuit.h(flag)
            if reuse_control:
                _read_and_reset(circuit, flag, control, num_controls)
    return circuit


@checked
def signal_filter(
    probe_bits: npt.ArrayLike,
    positions: npt.ArrayLike,
    angles: SignalAngles,
    *,
    signal_angle: float,
) -> QuantumCircuit:
    r"""Return a filter of one flag qubit by generalized signal processing on the distance.

    For a basis state x at distance d on the positions, the amplitude of "flag 0" is
    P(e^{iωd}) e^{-iωmd/2} with the response P of the angles, their degree m and the signal angle
    ω. Two probes with the same positions give circuits that differ only in X gates.

    Args:
        probe_bits: Shape ``(D,)``; entries outside ``positions`` are ignored.
        positions: The known neurons.
        angles: The rotations of the flag; their degree m is the number of signals.
        signal_angle: ω; 2π/(n + 1) for tables, smaller for polynomials of low degree.

    Returns:
        A circuit with registers ``memory`` (D) and ``flag`` (1), with m·len(positions) RZZ.

    Raises:
        ValueError: Bits or positions are malformed.

    References:
        Motlagh and Wiebe, "Generalized quantum signal processing" (2024), also for diagonal
        unitaries such as this signal; Maslov, Kim, Bravyi, Yoder and Sheldon, "Quantum advantage
        for computations with limited space" (2020, arXiv 2008.06478), for functions of a Hamming
        weight by signal processing on one qubit.
    """
    circuit, neurons, ones, (flag,) = _start(probe_bits, positions)
    known = [circuit.qubits[i] for i in neurons]
    distance = distance_rotation(signal_angle, len(neurons))
    with _compared(circuit, ones):
        _append_sequence(circuit, angles, distance, [*known, flag], flag)
    return circuit


def symmetric_filter(
    probe_bits: npt.ArrayLike, positions: npt.ArrayLike, phases: npt.ArrayLike
) -> QuantumCircuit:
    r"""Return a filter of one flag qubit by symmetric signal processing on the distance.

    For a basis state x at distance d on the positions, the amplitude of "flag 0" is
    i f(cos(πd/(2n))), f being the polynomial of the phases
    (:func:`circuits.distance.symmetric_signal_processing.symmetric_phases`).

    Returns:
        A circuit with registers ``memory`` (D) and ``flag`` (1), with
        (len(phases) - 1)·len(positions) RZZ.

    Raises:
        ValueError: Bits, positions or phases are malformed.
    """
    row = check_array("phases", phases, "degree + 1")
    circuit, neurons, ones, (flag,) = _start(probe_bits, positions)
    known = [circuit.qubits[i] for i in neurons]
    distance = distance_rotation(pi / max(1, len(neurons)), len(neurons))
    with _compared(circuit, ones):
        for k, phase in enumerate(row[::-1].tolist()):
            if k:
                append(circuit, distance, [*known, flag])
            circuit.rx(-2 * phase, flag)
        circuit.x(flag)  # the wanted outcome of the sequence is 1
    return circuit


@checked
def categorical_filter(
    probe_bits: npt.ArrayLike,
    features: Sequence[Sequence[int]],
    angles: SignalAngles,
    *,
    signal_angle: float,
) -> QuantumCircuit:
    r"""Return :func:`signal_filter` on the number of mismatched *features*, groups of bits.

    A feature matches if all of its bits do. The signal is exp(iωd Z_f/2) with d the number of
    features minus the matches, one multi-controlled RZ for each feature.

    Args:
        probe_bits: Shape ``(D,)``; entries outside the features are ignored.
        features: The known neurons of each feature, at least one each.
        angles: The rotations of the flag.
        signal_angle: ω.

    Returns:
        A circuit with registers ``memory`` (D), ``flag`` (1) and, where a feature has three bits
        or more, one clean ``ancilla``.

    Raises:
        ValueError: Bits or features are malformed, or a feature is empty.

    References:
        Khan et al., "EP-PQM: efficient parametric probabilistic quantum memory with fewer qubits
        and gates" (2022), for features in binary labels.
    """
    features = [
        check_positions(feature, len(check_bits(probe_bits, ndim=1))) for feature in features
    ]
    if not all(features):
        raise ValueError("every feature should have a neuron. Got an empty one; leave it out.")
    everything = [i for feature in features for i in feature]
    circuit, neurons, ones, (flag,) = _start(probe_bits, everything)
    memory = circuit.qubits
    zeros = [memory[i] for i in neurons if memory[i] not in ones]
    if any(len(feature) > 2 for feature in features):
        circuit.add_register(AncillaRegister(1, "ancilla"))
    part = circuit.copy_empty_like()
    part.rz(-signal_angle * len(features), flag)
    for feature in features:
        controls = [memory[i] for i in feature]
        multi_controlled.append_rotation(
            part, "z", signal_angle, controls, flag, part.qubits[-1] if len(feature) > 2 else None
        )
    with _compared(circuit, zeros):  # a qubit is 1 where its bit matches
        _append_sequence(circuit, angles, block("distance", part=part), circuit.qubits, flag)
    return circuit


@checked
def product_filter(
    probe_bits: npt.ArrayLike,
    positions: npt.ArrayLike,
    damping: npt.ArrayLike,
    *,
    reuse_flag: bool = False,
) -> QuantumCircuit:
    r"""Return a filter that damps each mismatched bit by its own factor.

    For a basis state x the amplitude of "all flags 0" is Π_i √y_i over the known mismatched bits
    i: one controlled rotation RY(2 arccos √y_i) per bit.

    Args:
        probe_bits: Shape ``(D,)``; entries outside ``positions`` are ignored.
        positions: The known neurons.
        damping: y_i in [0, 1] for each position, shape ``(len(positions),)``.
        reuse_flag: Use one ``flag`` qubit for all bits, measured into the classical register
            ``flag_bits`` and reset in between, instead of one qubit per bit.

    Returns:
        A circuit with registers ``memory`` (D) and ``flag`` (one per position, at least 1), with
        one CRY per position.

    Raises:
        ValueError: Bits, positions or damping are malformed.
    """
    num_known = len(check_positions(positions, len(check_bits(probe_bits, ndim=1))))
    factors = check_array("damping", damping, "...")
    if factors.shape != (num_known,) or not ((factors >= 0) & (factors <= 1)).all():
        raise ValueError(
            f"damping should have shape ({num_known},) and lie in [0, 1]. Got {factors}."
        )
    turns = (2 * np.arccos(np.sqrt(factors))).tolist()
    circuit, neurons, ones, flags = _start(
        probe_bits, positions, num_uses=num_known, reuse=reuse_flag
    )
    with _compared(circuit, ones):
        for k, (neuron, angle, flag) in enumerate(zip(neurons, turns, flags, strict=True)):
            circuit.cry(angle, circuit.qubits[neuron], flag)
            if reuse_flag:
                _read_and_reset(circuit, flag, k, num_known)
    return circuit


@checked
def on_flags(flag_filter: QuantumCircuit, num_flags: NumFlags) -> QuantumCircuit:
    """Return a filter of one flag applied once for each of several flags.

    Its factor of the amplitude is raised to the power ``num_flags``. An error that leaves one
    flag at random still meets the others, and one that leaves all of them at random passes with
    probability 2^-num_flags, while a single flag would let half of it through.

    Args:
        flag_filter: Registers ``memory`` and ``flag`` (1), such as :func:`signal_filter`.
        num_flags: From 1 to 10,000.

    Returns:
        A circuit with registers ``memory`` and ``flag`` (num_flags).

    Raises:
        ValueError: ``num_flags`` is below 1 or above 10,000.
    """
    memory, _ = flag_filter.qregs
    circuit = QuantumCircuit(memory, QuantumRegister(num_flags, "flag"))
    for flag in circuit.qubits[len(memory) :]:
        circuit.compose(flag_filter, [*memory, flag], inplace=True, copy=False)
    return circuit


def distance_rotation(signal_angle: float, num_neurons: int) -> Gate:
    """Return exp(iωd Z_f/2), d the number of neurons in state 1: one RZZ each, the flag last."""
    part = QuantumCircuit(num_neurons + 1)
    part.rz(-signal_angle * num_neurons / 2, num_neurons)
    for i in range(num_neurons):
        part.rzz(signal_angle / 2, i, num_neurons)
    return block("distance", part=part)


def _append_sequence(
    circuit: QuantumCircuit,
    angles: SignalAngles,
    signal: Gate,
    on: Sequence[Qubit],
    flag: Qubit,
) -> None:
    """Append the rotations of a flag, with a signal between each two."""
    circuit.global_phase = angles.global_phase
    for k, (rotation, phase) in enumerate(zip(angles.rotations, angles.phases, strict=True)):
        if k:
            append(circuit, signal, on)
        circuit.ry(2 * float(rotation), flag)
        circuit.p(-float(phase), flag)
        circuit.global_phase += float(phase)


def _start(
    probe_bits: npt.ArrayLike, positions: npt.ArrayLike, *, num_uses: int = 1, reuse: bool = False
) -> tuple[QuantumCircuit, list[int], list[Qubit], list[Qubit]]:
    """Return an empty circuit, the known neurons, the qubits that the XOR flips, and the flags."""
    bits = check_bits(probe_bits, ndim=1)
    neurons = check_positions(positions, len(bits))
    memory = QuantumRegister(len(bits), "memory")
    flag = QuantumRegister(1 if reuse else max(1, num_uses), "flag")
    flags = [flag[0 if reuse else use] for use in range(num_uses)]
    ones = [memory[i] for i in neurons if bits[i]]
    return QuantumCircuit(memory, flag), neurons, ones, flags


@contextmanager
def _compared(circuit: QuantumCircuit, ones: list[Qubit]) -> Iterator[None]:
    """Flip the qubits that make the memory its XOR with the probe, and undo it afterwards."""
    if ones:
        circuit.x(ones)
    yield
    if ones:
        circuit.x(ones)


def _read_and_reset(circuit: QuantumCircuit, flag: Qubit, index: int, num_readings: int) -> None:
    if index == 0:
        circuit.add_register(ClassicalRegister(num_readings, "flag_bits"))
    circuit.measure(flag, circuit.clbits[index])
    if index < num_readings - 1:
        circuit.reset(flag)
