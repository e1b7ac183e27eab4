"""XOR as an energy on three qubits: one Pauli string, solved by one layer of QAOA.

The four rows with xyz = -1 over spins are stored. The two energies of right and wrong rows make the
whole Hamiltonian a multiple of ZZZ and a constant, for every separation; where the multiple is not
zero, the same two angles find a right row with certainty.
"""

from collections.abc import Sequence
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
from qdenseam.plots.pictures import plot_angles
from qdenseam.plots.style import new_figure
from qdenseam.reproduce.published import Found, against
from qdenseam.simulation.diagonal import qaoa_state
from qdenseam.studies import Drawing, FigureSpec, Records, Row, SpecialStudy, grid, register

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ROWS = np.array([[-1, -1, -1], [-1, 1, 1], [1, -1, 1], [1, 1, -1]])
_STATES = bits_to_spins(all_bits(3))
_RIGHT = _STATES.prod(axis=1) == -1
_START = np.full(3, np.pi / 2)


def tasks(
    orders: Sequence[int] = (2, 3, 4, 5, 6), num_angles: int = 49, shots: int = 2000
) -> list[Task]:
    """Return the strings of all orders, and one layer for 24 ZZZ."""
    return [
        *grid("xor-strings", orders=[orders]),
        *grid("xor-layer", num_angles=num_angles, shots=shots),
    ]


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


def table(records: Records) -> list[Row]:
    """Return a row for each order and separation function."""
    orders, values = records[0].params["orders"], records[0].values
    return [
        {
            "separation": name,
            "order": order,
            **{column: values[name][column][place] for column in ("constant", "zzz", "success")},
            "largest_other_string": values[name]["rest"],
        }
        for name in ("plain", "rectified")
        for place, order in enumerate(orders)
    ]


def found(records: Records) -> Found:
    """Return the strings of the Hamiltonians, and what the circuit does."""
    layer = records[1].values
    plain = {row["order"]: row for row in table(records) if row["separation"] == "plain"}
    rectified = {row["order"]: row for row in table(records) if row["separation"] == "rectified"}
    numbers: dict[str, float] = {}
    for order, row in rectified.items():
        numbers[f"ZZZ, power {order}"] = plain[order]["zzz"]
        numbers[f"ZZZ, rectified power {order}"] = row["zzz"]
        numbers[f"constant, rectified power {order}"] = row["constant"]
        numbers[f"P(right row), one layer, rectified power {order}"] = row["success"]
    rest = max(row["largest_other_string"] for row in table(records))
    off = np.abs(np.array(layer["probabilities"])[_RIGHT] - 0.25).max()
    numbers |= {
        "largest other string, all orders": rest,
        "P(right row), one layer, power 3 (24 ZZZ)": plain[3]["success"],
        "P(right row), one layer, power 2 (no string)": plain[2]["success"],
        "largest difference of a right row from 1/4": float(off),
        "shots that are no right row": float(np.array(layer["counts"])[~_RIGHT].sum()),
    }
    return numbers


def _draw(records: Records) -> "Figure":
    figure, axes = new_figure(1, 1, size=(4.6, 3.6))
    plot_angles(records[1].values["angles"], records[1].values["success"], ax=axes[0, 0])
    axes[0, 0].set_xlabel("phase angle 24γ / π")
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


STUDY = register(
    SpecialStudy(
        name="xor-energy",
        title="XOR as the energy of a dense memory: one Pauli string on three qubits",
        source=(
            "Krotov and Hopfield, Dense associative memory for pattern recognition (2016), the XOR "
            "example; the Hamiltonian and its circuit are derived here"
        ),
        tasks=tasks,
        table=table,
        figures=(
            FigureSpec(x="order", y="zzz", line=("separation",), log_y=True),
            Drawing(caption="P(right row) over both angles of one layer for 24 ZZZ.", draw=_draw),
        ),
        quick={"num_angles": 5, "shots": 200},
        note="success: P(right row) of one layer at 24γ = β = π/4.",
        checks=against("xor-energy", found),
    )
)
