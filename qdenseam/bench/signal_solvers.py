"""Angle solvers for signal processing at one table: error and time of ours and of its peers.

Targets are polynomials of generalized signal processing with largest modulus 0.999, such as the
exact-match filter P = 0.999 Σ_k z^k/(n + 1), which root finding handles badly at high degree.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from circuits.distance.signal_processing import polynomial_angles, table_angles
from circuits.distance.symmetric_signal_processing import symmetric_phases, symmetric_response
from qdenseam.bench.row import Row

Complexes = npt.NDArray[np.complex128]

PENNYLANE, PYQSP = PEERS = ("PennyLane, root finding", "pyqsp, symmetric")
"""Solvers of others: they may fail, ours may not."""
_LARGEST = 0.999
_NUM_POINTS = 257


@dataclass(frozen=True, slots=True, kw_only=True)
class SolverRow(Row):
    """One solver on one target."""

    solver: str
    target: str
    degree: int
    error: float | None
    """Largest deviation of the response at random points of the circle; of its square at the
    nodes for the solver of tables. ``None`` where a peer raised an error."""
    seconds: float


def bench_signal_solvers(
    degrees: Sequence[int] = (8, 32, 64, 128, 256, 512, 1024),
    *,
    largest_peer_degree: int = 256,
    rng: np.random.Generator | int | None = None,
) -> Iterator[SolverRow]:
    """Yield rows of our solvers, and of PennyLane's and pyqsp's where these are installed.

    Args:
        degrees: Degrees n >= 1.
        largest_peer_degree: Up to which degree the peers are asked.
        rng: Draws the points and the random tables.

    Raises:
        ValueError: A degree is below 1.
        RuntimeError: One of our solvers failed; a peer's failure is a row.
    """
    rng = np.random.default_rng(rng)
    if min(degrees) < 1:
        raise ValueError(f"degrees should be at least 1. Got {min(degrees)}.")
    for degree in degrees:
        for target, table in _tables(degree, rng).items():
            coefficients = np.fft.fft(table) / (degree + 1)
            coefficients *= _LARGEST / np.abs(np.fft.fft(coefficients, 2**18)).max()
            points = np.exp(2j * np.pi * rng.random(_NUM_POINTS))
            wanted = np.asarray(np.polyval(coefficients[::-1], points), dtype=np.complex128)
            nodes = np.exp(2j * np.pi * np.arange(degree + 1) / (degree + 1))
            cases: list[tuple[str, Callable[[], float]]] = [
                ("polynomial", partial(_ours, coefficients, points, wanted)),
            ]
            if degree <= 256:
                cases.append(("table, no loss", partial(_our_table, table, nodes)))
            if degree <= largest_peer_degree and find_spec("pennylane"):
                peer = partial(_pennylane, coefficients, points, wanted)
                cases.append((PENNYLANE, peer))
            for solver, solve in cases:
                yield _timed(solver, target, degree, solve, solver in PEERS)
        chebyshev = np.zeros(degree + 1)
        chebyshev[degree] = _LARGEST
        symmetric = [("symmetric", _our_symmetric)]
        if degree <= largest_peer_degree and find_spec("pyqsp"):
            symmetric.append((PYQSP, _pyqsp))
        for solver, each in symmetric:
            if degree > 512:
                continue
            solve = partial(each, chebyshev)
            yield _timed(solver, "Chebyshev", degree, solve, solver in PEERS)


def _tables(degree: int, rng: np.random.Generator) -> dict[str, npt.NDArray[np.float64]]:
    index = np.arange(degree + 1)
    return {
        "exact match": (index == 0) * 1.0,
        "posterior": 0.25 ** (index / 2),
        "alternating": (index % 2) * 1.0,
        "random": rng.random(degree + 1),
    }


def _timed(
    solver: str, target: str, degree: int, solve: Callable[[], float], is_peer: bool
) -> SolverRow:
    start = time.perf_counter()
    error: float | None
    try:
        error = solve()
    except Exception as failure:  # a peer may fail in any way; that is a result
        if not is_peer:
            raise RuntimeError(f"{solver!r} failed on {target!r} of degree {degree}.") from failure
        error = None
    return SolverRow(
        solver=solver,
        target=target,
        degree=degree,
        error=error,
        seconds=time.perf_counter() - start,
    )


def _ours(coefficients: Complexes, points: Complexes, wanted: Complexes) -> float:
    return float(np.abs(polynomial_angles(coefficients).response(points) - wanted).max())


def _our_table(table: npt.NDArray[np.float64], nodes: Complexes) -> float:
    return float(np.abs(np.abs(table_angles(table).response(nodes)) ** 2 - table**2).max())


def _our_symmetric(chebyshev: npt.NDArray[np.float64]) -> float:
    return _symmetric_error(symmetric_phases(chebyshev), chebyshev)


def _symmetric_error(phases: Any, chebyshev: npt.NDArray[np.float64]) -> float:
    angles = np.linspace(0, np.pi, _NUM_POINTS)
    wanted = np.polynomial.chebyshev.chebval(np.cos(angles), chebyshev)
    return float(np.abs(symmetric_response(phases, angles) - wanted).max())


def _pennylane(coefficients: Complexes, points: Complexes, wanted: Complexes) -> float:
    import pennylane

    theta, phi, lamb = pennylane.poly_to_angles(coefficients, "GQSP", angle_solver="root-finding")
    kept, lost = np.ones_like(points), np.zeros_like(points)
    for k, (t, p, shift) in enumerate(zip(theta, phi, lamb, strict=True)):
        if k:
            kept = kept * points
        turned = np.exp(1j * p) * (np.exp(1j * shift) * np.cos(t) * kept + np.sin(t) * lost)
        kept, lost = turned, np.exp(1j * shift) * np.sin(t) * kept - np.cos(t) * lost
    return float(np.abs(kept - wanted).max())


def _pyqsp(chebyshev: npt.NDArray[np.float64]) -> float:
    from pyqsp.angle_sequence import QuantumSignalProcessingPhases

    phases, *_ = QuantumSignalProcessingPhases(chebyshev, method="sym_qsp", chebyshev_basis=True)
    return _symmetric_error(phases, chebyshev)
