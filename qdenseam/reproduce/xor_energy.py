"""XOR as an energy on three qubits: one Pauli string, solved by one layer of QAOA.

The four rows with xyz = -1 over spins are stored. The two energies of right and wrong rows make the
whole Hamiltonian a multiple of ZZZ and a constant, for every separation; where the multiple is not
zero, the same two angles find a right row with certainty.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from circuits.bit_order import all_bits
from circuits.energy.ansatz import qaoa
from circuits.energy.hamiltonians import walsh_coefficients
from circuits.energy.phases import StringPhase
from classical_ref.discrete.dense import DenseMemory
from classical_ref.separation import Polynomial, RectifiedPolynomial, Separation
from classical_ref.spins import bits_to_spins
from qdenseam.experiments import Task, trial
from qdenseam.plots.angles import plot_angles, plot_states
from qdenseam.plots.style import new_figure
from qdenseam.reproduce.base import Check, Records, Reproduction, equal
from qdenseam.simulation.diagonal import qaoa_state

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ORDERS = (2, 3, 4, 5, 6)

_ROWS = np.array([[-1, -1, -1], [-1, 1, 1], [1, -1, 1], [1, 1, -1]])
_STATES = bits_to_spins(all_bits(3))
_RIGHT = _STATES.prod(axis=1) == -1
_START = np.full(3, np.pi / 2)
_NUM_ANGLES = 49
_SHOTS = 2000


@trial("xor-strings")
def strings(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:  # noqa: ARG001
    """Return the constant, the ZZZ coefficient and the largest other one, for each order."""
    found: dict[str, Any] = {}
    for name, separation in (("plain", Polynomial), ("rectified", RectifiedPolynomial)):
        rows = [_coefficients(separation(order)) for order in params["orders"]]
        found[name] = {
            "constant": [float(row[0]) for row in rows],
            "zzz": [float(row[7]) for row in rows],
            "rest": max(float(np.abs(row[1:7]).max()) for row in rows),
            "success": [_success(float(row[7])) for row in rows],
        }
    return found


@trial("xor-layer")
def one_layer(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return P(right row) over both angles of one layer for 24 ZZZ, and shots of its circuit."""
    from qiskit.quantum_info import Statevector

    angles = np.linspace(0, np.pi / 2, params["num_angles"])
    energy = 24.0 * _STATES.prod(axis=1)
    success = [
        [
            float(
                np.sum(
                    np.abs(qaoa_state(energy, _START, gammas=[g / 24], betas=[-b])) ** 2 * _RIGHT
                )
            )
            for g in angles
        ]
        for b in angles
    ]
    probabilities = np.asarray(Statevector(_layer(24.0)).probabilities())
    counts = rng.multinomial(params["shots"], probabilities / probabilities.sum())
    return {
        "success": success,
        "angles": angles,
        "probabilities": probabilities,
        "counts": counts,
    }


def agreement(records: Records) -> Iterator[Check]:
    """Yield how the Hamiltonians and the circuit agree with the derived ones."""
    found, layer = (record.values for record in records)
    plain, rectified = found["plain"], found["rectified"]
    probabilities = np.array(layer["probabilities"])
    numbers: list[tuple[str, float, float]] = []
    for place, order in enumerate(ORDERS):
        gap = 3**order - 3
        name = f"rectified power {order}"
        numbers += [
            (f"ZZZ, power {order}", plain["zzz"][place], gap if order % 2 else 0),
            (f"ZZZ, {name}", rectified["zzz"][place], gap / 2),
            (f"constant, {name}", rectified["constant"][place], -(3**order + 3) / 2),
            (f"P(right row), one layer, {name}", rectified["success"][place], 1),
        ]
    off = np.abs(probabilities[_RIGHT] - 0.25).max()
    numbers += [
        ("largest other string, all orders", max(plain["rest"], rectified["rest"]), 0),
        ("P(right row), one layer, power 3 (24 ZZZ)", plain["success"][1], 1),
        ("P(right row), one layer, power 2 (no string)", plain["success"][0], 0.5),
        ("largest difference of a right row from 1/4", off, 0),
        ("shots that are no right row", np.array(layer["counts"])[~_RIGHT].sum(), 0),
    ]
    for quantity, value, expected in numbers:
        yield equal(quantity, value, expected, 1e-9)


def _tasks(quick: bool) -> list[Task]:  # noqa: ARG001
    return [
        Task(kind="xor-strings", params={"orders": ORDERS}),
        Task(kind="xor-layer", params={"num_angles": _NUM_ANGLES, "shots": _SHOTS}),
    ]


def _draw(records: Records) -> "Figure":
    layer = records[1].values
    figure, axes = new_figure(1, 2, size=(8.4, 3.6))
    plot_angles(layer["angles"], layer["success"], ax=axes[0, 0])
    axes[0, 0].set_title("P(right row), one layer for 24 ZZZ", fontsize=10)
    axes[0, 0].set_xlabel("phase angle 24γ / π")
    plot_states(layer["counts"], _RIGHT.tolist(), ax=axes[0, 1])
    axes[0, 1].set_title("24γ = β = π/4", fontsize=10)
    return figure


def _coefficients(separation: Separation) -> NDArray[np.float64]:
    return np.asarray(walsh_coefficients(DenseMemory(_ROWS, separation).energy(_STATES)))


def _success(strength: float) -> float:
    from qiskit.quantum_info import Statevector

    return float(np.asarray(Statevector(_layer(strength)).probabilities())[_RIGHT].sum())


def _layer(strength: float) -> Any:
    """Return one layer for ``strength`` ZZZ at the phase angle π/4 and the mixer angle π/4."""
    scale = strength or 1.0
    phase = StringPhase(masks=np.array([7]), weights=np.array([strength]), num_qubits=3)
    # our mixer is exp(+iβX)
    return qaoa(phase, _START, gammas=[np.pi / 4 / scale], betas=[-np.pi / 4])


XOR_ENERGY = Reproduction(
    name="xor-energy",
    title="XOR as the energy of a dense memory: one Pauli string on three qubits",
    source=(
        "Krotov and Hopfield, Dense associative memory for pattern recognition (2016), the XOR "
        "example; the Hamiltonian and its circuit are derived here"
    ),
    tasks=_tasks,
    agreement=agreement,
    draw=_draw,
)
