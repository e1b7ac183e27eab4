"""Angle solvers for signal processing at one table: error and time of ours and of its peers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Annotated, Any, ClassVar

import numpy as np

from circuits.distance.signal_processing import polynomial_angles, table_angles
from circuits.distance.symmetric_signal_processing import symmetric_phases, symmetric_response
from classical_ref.checks import Complexes, Floats
from qdenseam.bench.base import Benchmark, BenchRow, Case, Numbers, Setting, not_run, register
from qdenseam.bench.measuring import timed

_LARGEST = 0.999
_NUM_POINTS = 257
_LARGEST_TABLE, _LARGEST_SYMMETRIC = 256, 512  # beyond, ours takes minutes


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class SignalBenchmark(Benchmark):
    """Measure error and time of signal-processing solvers and peers.

    Targets are polynomials of generalized signal processing with largest modulus 0.999, such as
    the exact-match filter 0.999 sum_k z^k / (n + 1), which root finding handles badly at high
    degree, and Chebyshev polynomials of symmetric signal processing. A peer may fail, ours may not.
    """

    name: ClassVar[str] = "signal"
    columns: ClassVar[Mapping[str, str]] = {
        "solver": "Ours by what they are given, or a peer.",
        "target": "The polynomial.",
        "degree": "n.",
        "error": "Largest deviation of the response at random points of the circle; of its square "
        "at the nodes for the solver of tables.",
        "seconds": "Wall time to find the angles, and to check them.",
        "ratio": "Seconds over those of our first solver of this target.",
    }
    example: ClassVar[str] = "--degrees 8,64"
    packages: ClassVar[Mapping[str, str]] = {"pennylane": "pennylane", "pyqsp": "pyqsp"}
    degrees: Annotated[Numbers, Setting("Degrees.", "[1, 10^9]")] = (
        8,
        32,
        64,
        128,
        256,
        512,
        1024,
    )
    peer_degree: Annotated[int, Setting("Largest degree of the peers.", "[0, inf)")] = 256
    seed: Annotated[int, Setting("Seed of the random tables and points.", "[0, inf)")] = 0

    def cases(self) -> list[Case]:
        """Return the degrees."""
        return [{"degree": degree} for degree in self.degrees]

    def measure(self, case: Case) -> Iterator[BenchRow]:
        """Yield the rows of one degree; our solver is the first of every target."""
        degree: int = case["degree"]
        asks_peers, ours, latest = degree <= self.peer_degree, 1.0, ""
        for target, solver, module, solve in _solvers(degree, [self.seed, degree]):
            if module is not None and not asks_peers:
                continue
            row: BenchRow = {"solver": solver, "target": target, "degree": degree}
            if module is None:
                [(seconds, error)] = timed(solve, turns=1, warm_up=False)
            else:
                lacking = not_run(module, self.packages)
                if lacking:
                    yield row | {"note": lacking}
                    continue
                import_module(module)
                try:
                    [(seconds, error)] = timed(solve, turns=1, warm_up=False)
                except Exception as failure:  # a peer may fail in any way; that is a result
                    note = f"failed: {type(failure).__name__}: {failure!s:.120}"
                    yield row | {"note": note}
                    continue
            if target != latest:
                ours, latest = seconds, target
            yield row | {"error": error, "seconds": seconds, "ratio": seconds / ours}


def _solvers(
    degree: int, seed: list[int]
) -> Iterator[tuple[str, str, str | None, Callable[[], float]]]:
    """Yield target, solver, the module of a peer, and what gives the error."""
    rng = np.random.default_rng(seed)
    for target, table in _tables(degree, rng).items():
        coefficients = np.fft.fft(table) / (degree + 1)
        coefficients *= _LARGEST / np.abs(np.fft.fft(coefficients, 2**18)).max()
        points = np.exp(2j * np.pi * rng.random(_NUM_POINTS))
        wanted = np.asarray(np.polyval(coefficients[::-1], points), dtype=np.complex128)
        posed = coefficients, points, wanted
        yield target, "polynomial", None, partial(_polynomial, *posed)
        if degree <= _LARGEST_TABLE:
            yield target, "table, no loss", None, partial(_table, table)
        yield target, "PennyLane, root finding", "pennylane", partial(_pennylane, *posed)
    if degree <= _LARGEST_SYMMETRIC:
        chebyshev = np.zeros(degree + 1)
        chebyshev[degree] = _LARGEST
        yield "Chebyshev", "symmetric", None, partial(_symmetric, chebyshev)
        yield "Chebyshev", "pyqsp, symmetric", "pyqsp", partial(_pyqsp, chebyshev)


def _tables(degree: int, rng: np.random.Generator) -> dict[str, Floats]:
    index = np.arange(degree + 1)
    return {
        "exact match": (index == 0) * 1.0,
        "posterior": 0.25 ** (index / 2),
        "alternating": (index % 2) * 1.0,
        "random": rng.random(degree + 1),
    }


def _polynomial(coefficients: Complexes, points: Complexes, wanted: Complexes) -> float:
    return float(np.abs(polynomial_angles(coefficients).response(points) - wanted).max())


def _table(table: Floats) -> float:
    nodes = np.exp(2j * np.pi * np.arange(len(table)) / len(table))
    return float(np.abs(np.abs(table_angles(table).response(nodes)) ** 2 - table**2).max())


def _symmetric(chebyshev: Floats) -> float:
    return _symmetric_error(symmetric_phases(chebyshev), chebyshev)


def _symmetric_error(phases: Any, chebyshev: Floats) -> float:
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


def _pyqsp(chebyshev: Floats) -> float:
    from pyqsp.angle_sequence import QuantumSignalProcessingPhases

    phases, *_ = QuantumSignalProcessingPhases(chebyshev, method="sym_qsp", chebyshev_basis=True)
    return _symmetric_error(phases, chebyshev)
