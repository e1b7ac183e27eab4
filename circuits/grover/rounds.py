r"""Amplitude amplification about a prepared state, and its schedules.

One round is Q(φ, χ) = -A S₀(χ) A† O(φ), where A prepares the state, O(φ) multiplies the marked
part by e^{iφ} and S₀(χ) = 1 - (1 - e^{iχ})|0…0⟩⟨0…0|. Grover's iteration is φ = χ = π. A schedule
is its list of rounds (φ, χ), the first one first.
"""

import cmath
from collections.abc import Callable
from functools import cache, partial
from math import acosh, asin, atan2, ceil, cos, cosh, isclose, pi, sin, sqrt
from typing import Annotated

import numpy as np
import numpy.typing as npt
from qiskit import AncillaRegister, QuantumCircuit, QuantumRegister

from circuits.blocks import boxed
from circuits.loading.preparation import Preparation
from circuits.registers import join
from circuits.synthesis import multi_controlled
from classical_ref.checks import Complexes, Within, check_array, checked

Fraction = Annotated[float, Within("(0, 1]")]
"""Weight of what is marked."""
MAX_ROUNDS = 1_000_000
"""Longer schedules are refused: no machine and no simulator runs their circuits."""

_NUM_ROUNDS = Within(f"[0, {MAX_ROUNDS}]", "Take a larger fraction.")

Rounds = tuple[tuple[float, float], ...]
"""(oracle phase φ, reflection phase χ) of each round."""


@checked
def plain_iterations(fraction: Fraction) -> int:
    """Return the number of Grover iterations that comes closest to success.

    With sin²θ = ``fraction``, the success after k iterations is sin²((2k + 1)θ), and
    k = round(π/(4θ) - 1/2).

    Raises:
        ValueError: ``fraction`` is outside (0, 1].

    References:
        Boyer, Brassard, Høyer and Tapp, "Tight bounds on quantum searching" (1998), section 3.
    """
    theta = _angle(fraction)
    return max(0, round(pi / (4 * theta) - 0.5))


@checked
def plain_rounds(num_iterations: Annotated[int, _NUM_ROUNDS]) -> Rounds:
    """Return Grover's schedule, φ = χ = π in every round.

    Raises:
        ValueError: ``num_iterations`` is negative or above a million.
    """
    return ((pi, pi),) * num_iterations


@checked
def exact_rounds(fraction: Fraction) -> Rounds:
    """Return the schedule that reaches success 1 for a known fraction.

    k = ⌈π/(4θ) - 1/2⌉ rounds with φ = χ = 2 arcsin(sin(π/(4k + 2)) / sin θ); opposite signs of
    the two phases would not amplify.

    Raises:
        ValueError: ``fraction`` is outside (0, 1], or takes more than a million rounds.

    References:
        Long, "Grover algorithm with zero theoretical failure rate" (2001), equations 9-12.
    """
    theta = _angle(fraction)
    exact = pi / (4 * theta) - 0.5
    iterations = ceil(exact - 1e-12)
    _NUM_ROUNDS.check("number of rounds", iterations)
    if iterations == 0 or isclose(exact, iterations, abs_tol=1e-12):
        return plain_rounds(iterations)
    phase = 2 * asin(sin(pi / (4 * iterations + 2)) / sin(theta))
    return ((phase, phase),) * iterations


@checked
def fixed_point_rounds(
    fraction: Fraction, max_failure: Annotated[float, Within("(0, 1)")]
) -> Rounds:
    r"""Return the shortest schedule that fails with at most δ² for *any* larger fraction too.

    With L = 2l + 1 and 1/γ = T_{1/L}(1/δ), the failure at fraction λ is
    δ² T_L(√(1 - λ)/γ)², at most δ² from λ = 1 - γ² up.

    Args:
        fraction: The smallest marked weight to be served, in (0, 1].
        max_failure: δ², in (0, 1).

    Raises:
        ValueError: An argument is outside its range, or more than a million rounds are needed.

    References:
        Yoder, Low and Chuang, "Fixed-point quantum search with an optimal number of queries"
        (2014), equations 3 and 11.
    """
    spread = acosh(1 / sqrt(max_failure))
    if sqrt(1 - fraction) <= sqrt(max_failure):
        return ()
    # γ = 1/cosh(spread/L) >= √(1 - fraction)
    each = acosh(1 / sqrt(1 - fraction)) if fraction < 1 else spread
    needed = spread / each if each > 0 else 4.0 * MAX_ROUNDS
    num_rounds = ceil((ceil(needed - 1e-12) - 1) / 2)
    _NUM_ROUNDS.check("number of rounds", num_rounds)
    length = 2 * num_rounds + 1
    width = sqrt(1 - 1 / cosh(spread / length) ** 2)
    alphas = [
        2 * atan2(cos(turn), sin(turn) * width)  # 2 arccot(tan(turn)·width)
        for turn in (2 * pi * j / length for j in range(1, num_rounds + 1))
    ]
    return tuple((-alpha, -other) for alpha, other in zip(reversed(alphas), alphas, strict=True))


@checked
def success_amplitudes(fraction: npt.ArrayLike, rounds: Rounds) -> tuple[Complexes, Complexes]:
    """Return the amplitudes (marked, unmarked) after the rounds, for marked weights.

    The state never leaves the plane of |marked⟩ and |unmarked⟩, so two complex numbers hold all
    of it; the start is (√fraction, √(1 - fraction)).

    Args:
        fraction: One weight or an array of them, in [0, 1].
        rounds: The schedule.

    Returns:
        Two arrays of the shape of ``fraction``; numbers for a number.

    Raises:
        ValueError: A fraction is outside [0, 1].
    """
    weight = check_array("fraction", fraction, "...")
    if not ((weight >= 0) & (weight <= 1)).all():
        raise ValueError(f"fraction should be in [0, 1]. Got {weight}.")
    start = (np.sqrt(weight), np.sqrt(1 - weight))
    marked, unmarked = start[0].astype(complex), start[1].astype(complex)
    for oracle_phase, reflection_phase in rounds:
        marked = marked * cmath.exp(1j * oracle_phase)
        overlap = start[0] * marked + start[1] * unmarked
        overlap = overlap * (1 - cmath.exp(1j * reflection_phase))
        marked, unmarked = overlap * start[0] - marked, overlap * start[1] - unmarked
    return marked[()], unmarked[()]


@checked
def amplification(
    preparation: Preparation,
    oracle: Callable[[float], QuantumCircuit],
    rounds: Rounds,
    *,
    span_only: bool = True,
) -> QuantumCircuit:
    """Return the whole circuit: preparation, then the rounds of oracle and reflection.

    Args:
        preparation: The state A|0…0⟩; with k rounds, 2k + 1 preparations or inverses are run.
        oracle: Gives O(φ) for a phase φ; any of the registers ``memory``, ``flag``, ``ancilla``.
        rounds: The schedule.
        span_only: Whether the reflections may touch ``preparation.reflection_qubits`` alone,
            right if the oracle keeps the state in the span that they serve.

    Returns:
        A circuit with register ``memory`` and, where needed, ``flag`` and clean ``ancilla``.

    References:
        Brassard, Høyer, Mosca and Tapp, "Quantum amplitude amplification and estimation" (2002),
        section 2; Biham et al., "Grover's quantum search algorithm for an arbitrary initial
        amplitude distribution" (1999).
    """
    touched = _touched(preparation, span_only=span_only)
    prepared = boxed("prepare", preparation.circuit)
    mark = cache(oracle)  # most rounds are alike
    reflect = cache(partial(_reflection, prepared, prepared.inverse(), touched))
    parts = [prepared]
    for oracle_phase, reflection_phase in rounds:
        parts += [mark(oracle_phase), reflect(reflection_phase)]
    return join(parts, ["", *["oracle", "reflect"] * len(rounds)])


@checked
def reflection(
    preparation: Preparation, *, angle: float = pi, span_only: bool = True
) -> QuantumCircuit:
    r"""Return -A S₀(χ) A†; at χ = π this is the reflection 2|ψ⟩⟨ψ| - 1 about |ψ⟩ = A|0…0⟩.

    With ``span_only`` the inner reflection touches ``preparation.reflection_qubits`` only, so the
    circuit equals the operator on states in the span of the patterns; otherwise it touches every
    qubit of A, and the circuit equals the operator on all states.

    Returns:
        A circuit with the registers of A and, where needed, one more clean ``ancilla`` qubit.
    """
    prepared = boxed("prepare", preparation.circuit)
    touched = _touched(preparation, span_only=span_only)
    return _reflection(prepared, prepared.inverse(), touched, angle)


def _touched(preparation: Preparation, *, span_only: bool) -> tuple[int, ...]:
    if span_only:
        return preparation.reflection_qubits
    return tuple(range(preparation.circuit.num_qubits))


def _reflection(
    prepared: QuantumCircuit, undone: QuantumCircuit, touched: tuple[int, ...], angle: float
) -> QuantumCircuit:
    ladder = _ladder_ancilla(prepared, touched)
    circuit = _empty_like(prepared, extra_ancilla=ladder == prepared.num_qubits)
    wires = [circuit.qubits[i] for i in range(prepared.num_qubits)]
    circuit.compose(undone, wires, inplace=True, copy=False)
    ancilla = None if ladder is None else circuit.qubits[ladder]
    if touched:
        qubits = [wires[i] for i in touched]
        multi_controlled.append_zero_phase(circuit, angle, qubits, ancilla)
    else:  # the state is A|0…0⟩ alone: S₀ is a global phase on the span
        circuit.global_phase += angle
    circuit.compose(prepared, wires, inplace=True, copy=False)
    circuit.global_phase += pi
    return circuit


@checked
def flags_oracle(
    num_flags: Annotated[int, Within("[1, 10000]")], *, angle: float = pi
) -> QuantumCircuit:
    """Return O(φ) that marks "all flags 0": registers ``flag`` and, from three up, ``ancilla``.

    Raises:
        ValueError: There are no flags, or more than 10,000.
    """
    circuit = QuantumCircuit(QuantumRegister(num_flags, "flag"))
    ancilla = None
    if multi_controlled.num_ancillas(num_flags):
        circuit.add_register(AncillaRegister(1, "ancilla"))
        ancilla = circuit.qubits[-1]
    flags = circuit.qubits[:num_flags]
    multi_controlled.append_phase(circuit, angle, flags, ancilla, zeros=flags)
    return circuit


def filtered(preparation: Preparation, flag_filter: QuantumCircuit) -> Preparation:
    """Return the preparation followed by a filter on ``memory`` and ``flag``.

    The filter must be diagonal on the memory; then un-preparing returns all but the reflection
    qubits of the preparation and the flags to |0⟩, and the result can be amplified.
    """
    circuit = join([boxed("prepare", preparation.circuit), flag_filter], ["", "filter"])
    index = {r.name: [circuit.find_bit(q).index for q in r] for r in circuit.qregs}
    places = [index[r.name][i] for r in preparation.circuit.qregs for i in range(len(r))]
    return Preparation(
        circuit=circuit,
        reflection_qubits=(
            *(places[i] for i in preparation.reflection_qubits),
            *index.get("flag", ()),
        ),
    )


def _ladder_ancilla(circuit: QuantumCircuit, touched: tuple[int, ...]) -> int | None:
    """The index of an ancilla that is clean between A† and A, or of one more than A has."""
    if not multi_controlled.num_ancillas(len(touched)):
        return None
    ancillas = {circuit.find_bit(q).index for r in circuit.qregs if r.name == "ancilla" for q in r}
    return min(ancillas - set(touched), default=circuit.num_qubits)


def _empty_like(circuit: QuantumCircuit, *, extra_ancilla: bool) -> QuantumCircuit:
    sizes = {r.name: len(r) for r in circuit.qregs}
    num_ancillas = sizes.pop("ancilla", 0) + int(extra_ancilla)
    registers = [QuantumRegister(size, name) for name, size in sizes.items()]
    if num_ancillas:
        registers.append(AncillaRegister(num_ancillas, "ancilla"))
    return QuantumCircuit(*registers)


def _angle(fraction: float) -> float:
    return asin(sqrt(fraction))
