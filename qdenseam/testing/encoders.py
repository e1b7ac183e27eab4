"""The promises of an encoder: the state to 1e-10, ancillas given back, costs as built."""

import itertools

import numpy as np
from qiskit.quantum_info import Statevector

from circuits.bit_order import Bits, all_bits, bits_to_integer
from circuits.loading import prepare
from circuits.loading.preparation import Encoder, Preparation
from circuits.sparse_simulator import preparation_error, simulate
from classical_ref.checks import Complexes
from classical_ref.patterns import correlated_patterns, random_patterns
from classical_ref.spins import spins_to_bits
from qdenseam.testing.built import in_gates
from qdenseam.testing.claims import TOLERANCE, Claim, check_spelling, claim, subject_of

_KINDS = ("uniform", "real", "complex")
_SMALL = ((1, 1), (2, 3), (3, 4), (5, 6), (8, 5))
_LARGE = ((4, 64), (16, 20), (11, 70), (12, 20), (40, 9))
_DEEP = ((3, 2), (4, 4), (10, 5), (16, 6))
_MOST_INVERTED = 4  # patterns of a large set that are taken back


def check_encoder(encoder: Encoder, *, rng: np.random.Generator | int = 0) -> None:
    """Check all that is promised of an encoder, on up to 40 patterns and up to 70 neurons.

    It prepares the superposition to 1e-10 with uniform, real and complex amplitudes: of random and
    correlated patterns, of one, of all zeros with all ones, of all 2^D, and with amplitudes a
    billion times smaller than others. The circuit has the register ``memory`` and clean ``ancilla``
    qubits back in |0>, its inverse takes every stored pattern to zeros outside
    ``reflection_qubits``, and its resources are those of the built circuit. A single pattern takes
    neither ancillas nor two-qubit gates. The same input gives the same circuit. What is too large
    for an encoder is refused with a message that names the limit ("at most"). It is registered, and
    goes to text and back.

    Args:
        encoder: The encoder; give it the settings in which you use it.
        rng: Source of patterns and amplitudes.

    Raises:
        AssertionError: A promise is not kept; the message says which, where, and by how much.
    """
    rng = np.random.default_rng(rng)
    check_spelling("encoder", encoder)
    subject = subject_of(encoder)
    for size, kind in itertools.product(_SMALL, _KINDS):
        check_preparation(encoder, _random_bits(size, rng), kind, rng)
    for kind in _KINDS:
        check_preparation(encoder, rng.permutation(all_bits(4)), kind, rng)
    alike = correlated_patterns(8, 10, num_prototypes=1, flip_probability=0.15, rng=rng)
    for bits in (spins_to_bits(alike), np.array([[0] * 6, [1] * 6], dtype=np.uint8)):
        check_preparation(encoder, bits, "complex", rng)
    for row in ([0] * 5, [1] * 5, [0, 1, 0, 1, 1]):
        with claim(subject, "one pattern takes no ancillas or two-qubit gates", f"{row}") as each:
            alone = prepare([row], encoder=encoder)
            each.agree("two-qubit gates", alone.resources.two_qubit_gates, 0)
            each.agree("ancillas", alone.num_ancillas, 0)
    for size in _LARGE:
        _check_large(encoder, size, rng)
    for size, ratio in itertools.product(_DEEP, (1e-4, 1e-6, 1e-9)):
        with claim(subject, "small amplitudes stay beside large ones", f"{size}, {ratio}") as each:
            bits, amplitudes = _random_bits(size, rng), _falling(size[0], ratio, rng)
            made = prepare(bits, amplitudes, encoder=encoder)
            _prepares(each, made, bits, amplitudes)
    with claim(subject, "the same input gives the same circuit") as each:
        bits = _random_bits((6, 7), rng)
        first, again = (prepare(bits, encoder=encoder).circuit for _ in range(2))
        each.holds(first == again, f"Two circuits of {bits.tolist()} differ.")


def check_preparation(
    encoder: Encoder, bits: Bits, kind: str, rng: np.random.Generator
) -> Preparation:
    """Check the preparation of some patterns, and return it.

    Args:
        encoder: The encoder.
        bits: Distinct patterns, shape ``(K, D)``.
        kind: Amplitudes: ``"uniform"``, ``"real"`` or ``"complex"``.
        rng: Source of the amplitudes.

    Raises:
        AssertionError: It is not what is promised of an encoder.
    """
    num_patterns, num_neurons = bits.shape
    where = f"{num_patterns} patterns of {num_neurons} neurons with {kind} amplitudes"
    if bits.size <= 64:
        where += ": " + ", ".join("".join(map(str, row)) for row in bits)
    with claim(subject_of(encoder), "the circuit prepares the patterns", where) as each:
        amplitudes = _amplitudes(num_patterns, kind, rng)
        made = prepare(bits, amplitudes, encoder=encoder)
        _prepares(each, made, bits, amplitudes)
        _costs_what_is_built(each, made)
        _reflects_on_its_qubits(each, made, bits[:_MOST_INVERTED])
    return made


def _check_large(encoder: Encoder, size: tuple[int, int], rng: np.random.Generator) -> None:
    bits = _random_bits(size, rng)
    try:
        prepare(bits, encoder=encoder)
    except ValueError as error:
        said = f"It refused {size[0]} patterns of {size[1]} neurons by {str(error)!r}."
        with claim(subject_of(encoder), "a refusal names the limit, 'at most ...'") as each:
            each.holds("at most" in str(error), said)
        return
    check_preparation(encoder, bits, "complex", rng)


def _prepares(each: Claim, made: Preparation, bits: Bits, amplitudes: Complexes) -> None:
    circuit, num_neurons = made.circuit, bits.shape[1]
    sizes = {register.name: len(register) for register in circuit.qregs}
    right = {"memory": num_neurons} | ({"ancilla": made.num_ancillas} if made.num_ancillas else {})
    each.holds(sizes == right, f"Registers should be {right}; they are {sizes}.")
    error = preparation_error(circuit, bits, amplitudes)
    each.holds(error < TOLERANCE, f"The state is {error:.3g} away, in norm.")
    if circuit.num_qubits > 10:
        return
    expected = np.zeros(2**circuit.num_qubits, dtype=complex)
    expected[bits_to_integer(bits)] = amplitudes
    state = Statevector(circuit)
    overlap = np.vdot(state.data, expected)
    each.agree("the state vector", state.data * overlap / abs(overlap), expected)
    back = state.evolve(circuit.inverse()).data[0]
    each.agree("the inverse's amplitude of |0...0>", abs(back), 1)


def _costs_what_is_built(each: Claim, made: Preparation) -> None:
    built = in_gates(made.circuit, "cx", "u")
    depth = built.depth(lambda gate: len(gate.qubits) == 2)
    each.agree("CX", made.resources.two_qubit_gates, built.count_ops().get("cx", 0))
    each.agree("CX depth", made.resources.two_qubit_depth, depth)


def _reflects_on_its_qubits(each: Claim, made: Preparation, bits: Bits) -> None:
    """A† takes the span of the patterns to states that are 0 outside the reflection qubits."""
    inverse = made.circuit.inverse()
    outside = np.setdiff1d(np.arange(inverse.num_qubits), made.reflection_qubits)
    for row in bits:
        start = np.zeros(inverse.num_qubits, dtype=np.uint8)
        start[: len(row)] = row
        state = simulate(inverse, start)
        weights = np.abs(state.amplitudes) ** 2
        astray = float(weights[state.bits[:, outside].any(axis=1)].sum())
        each.holds(
            astray < TOLERANCE**2,
            f"The inverse takes {row} outside reflection_qubits with probability {astray:.3g}.",
        )


def _random_bits(size: tuple[int, int], rng: np.random.Generator) -> Bits:
    return spins_to_bits(random_patterns(*size, rng=rng))


def _amplitudes(num_patterns: int, kind: str, rng: np.random.Generator) -> Complexes:
    values = np.ones(num_patterns, dtype=complex)
    if kind != "uniform":
        values *= rng.normal(size=num_patterns) + 0.05
    if kind == "complex":
        values += 1j * rng.normal(size=num_patterns)
    return values / np.linalg.norm(values)


def _falling(num_patterns: int, ratio: float, rng: np.random.Generator) -> Complexes:
    values = rng.permutation(ratio ** np.linspace(0, 1, num_patterns)).astype(complex)
    values *= np.exp(2j * np.pi * rng.random(num_patterns))
    return values / np.linalg.norm(values)
