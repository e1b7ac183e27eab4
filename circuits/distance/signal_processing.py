r"""Angles of generalized quantum signal processing: any polynomial of a phase, with one qubit.

The signal is A = diag(z, 1) on one qubit, |z| = 1; rotations stand between its uses:

.. math:: U(z) = R_n A R_{n-1} A \cdots A R_0, \quad
          R_k = \mathrm{diag}(e^{i\varphi_k}, 1)\, R_Y(2\theta_k), \quad
          \langle 0|U(z)|0\rangle = e^{i\lambda} P(z)

for any polynomial P of degree n with |P| <= 1 on the unit circle. Where only |P(z_d)| at the
n + 1 roots of unity z_d matters, as it does when a flag is measured, *every* table of moduli in
[0, 1] is reached exactly at degree n: the phases of P(z_d) are free, and Fejér's interpolation of
the squared moduli stays in [0, 1], hence has a spectral factor.

References:
    Motlagh and Wiebe, "Generalized quantum signal processing" (2024), with diagonal unitaries among
    its uses. Functions of a Hamming weight by signal processing on one qubit: Maslov, Kim, Bravyi,
    Yoder and Sheldon, "Quantum advantage for computations with limited space" (2020, arXiv
    2008.06478), for symmetric Boolean functions; Daniel and Miyake, "Quantum algorithms for
    classical Boolean functions via adaptive measurements" (2022, arXiv 2211.01252).
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from circuits.distance.spectral_factor import (
    autocorrelation,
    fejer_interpolation,
    outer_factor,
    spectral_factor,
)
from classical_ref.checks import (
    Complexes,
    Floats,
    check_array,
    check_complexes,
    check_fields,
    lock,
)

_GRID = 2**18
_MARGIN = 1e-3
"""Smallest 1 - |P|² at which the Fourier route to the complementary polynomial is accurate."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SignalAngles:
    """The rotations of a sequence of degree n, from the first one on."""

    rotations: Floats
    """θ_0..θ_n, shape ``(n + 1,)``."""
    phases: Floats
    """φ_0..φ_n, shape ``(n + 1,)``."""
    global_phase: float = 0.0
    """λ."""

    def __post_init__(self) -> None:
        check_fields(self)
        rotations = check_array("rotations", self.rotations, "degree + 1")
        lock(self, rotations=rotations, phases=check_array("phases", self.phases, len(rotations)))

    @property
    def degree(self) -> int:
        """How often the signal is used, n."""
        return len(self.rotations) - 1

    def response(self, signal: npt.ArrayLike) -> Complexes:
        """Return e^{iλ} P(z) for the points z of ``signal``, of the same shape."""
        z = check_complexes("signal", signal)
        kept, lost = np.ones_like(z), np.zeros_like(z)
        for k, (rotation, phase) in enumerate(zip(self.rotations, self.phases, strict=True)):
            if k:
                kept = kept * z
            cos, sin = np.cos(rotation), np.sin(rotation)
            kept, lost = np.exp(1j * phase) * (cos * kept - sin * lost), sin * kept + cos * lost
        return np.asarray(np.exp(1j * self.global_phase) * kept)


def polynomial_angles(coefficients: npt.ArrayLike) -> SignalAngles:
    r"""Return the angles whose response is P(z) = Σ_k c_k z^k.

    Accurate to about 10^-12 up to degree 1024 where 1 - |P|² stays above 10^-3 (Fourier route);
    a P that touches modulus 1 goes through Newton's method, in O(n³).

    Args:
        coefficients: c_0..c_n, shape ``(n + 1,)``, with |P| <= 1 on the unit circle.

    Raises:
        ValueError: |P| exceeds 1, or the coefficients are not a finite row.

    References:
        Motlagh and Wiebe, "Generalized quantum signal processing" (2024), theorem 3.
    """
    c = check_complexes("coefficients", coefficients)
    if c.ndim != 1 or len(c) == 0 or not np.isfinite(c).all():
        raise ValueError(f"coefficients should be a finite row. Got shape {c.shape}.")
    return _strip(c, complementary_polynomial(c))


def complementary_polynomial(coefficients: npt.ArrayLike) -> Complexes:
    """Return the outer Q of the same degree with |P|² + |Q|² = 1 on the unit circle.

    Raises:
        ValueError: |P| exceeds 1.
    """
    c = np.asarray(coefficients, dtype=np.complex128)
    room = 1 - np.abs(np.fft.ifft(c, _GRID) * _GRID) ** 2  # at e^{2πij/N}
    if room.min() < -1e-10:
        raise ValueError(
            f"P should have modulus at most 1 on the unit circle. Got {np.sqrt(1 - room.min())}; "
            "scale it down."
        )
    if room.min() >= _MARGIN:
        return outer_factor(room, len(c) - 1)
    rest = -autocorrelation(c)
    rest[0] += 1
    return spectral_factor(rest)


def table_angles(table: npt.ArrayLike) -> SignalAngles:
    r"""Return the angles of degree n with ``|response|`` = F(d) at z_d = e^{2πid/(n + 1)}, exactly.

    Any table in [0, 1] is reached without loss: Σ_d F(d)² K(θ - θ_d) with Fejér's kernel K lies
    in [0, 1], so it and its complement to 1 have spectral factors of degree n, which are P and Q.
    A constant table needs degree 0 only.

    Args:
        table: F(0)..F(n), shape ``(n + 1,)``.

    Raises:
        ValueError: The table is not a row of numbers in [0, 1].
    """
    values = check_array("table", table, "n + 1")
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError(
            f"table should lie in [0, 1]. Got {values.min()} to {values.max()}; divide by the "
            "largest entry."
        )
    return _table_angles(values.tobytes())


@lru_cache(maxsize=256)
def _table_angles(data: bytes) -> SignalAngles:
    squares = np.frombuffer(data, dtype=float) ** 2
    if np.ptp(squares) == 0:  # a constant needs no signal
        squares = squares[:1]
    return modulus_angles(fejer_interpolation(squares))


def modulus_angles(fourier: npt.ArrayLike) -> SignalAngles:
    """Return angles of degree n whose squared modulus is a trigonometric polynomial of degree n.

    Args:
        fourier: r_0..r_n of R(θ) = Σ_k r_k e^{ikθ} with 0 <= R <= 1, shape ``(n + 1,)``.

    Raises:
        ValueError: R leaves [0, 1].
    """
    kept = np.array(fourier, dtype=np.complex128)
    lost = -kept
    lost[0] += 1
    return _strip(spectral_factor(kept), spectral_factor(lost))


def _strip(kept: Complexes, lost: Complexes) -> SignalAngles:
    """Return the angles of a complementary pair, undoing one rotation and one signal at a time.

    The rotation is read off the lowest coefficients: those of an outer Q never vanish, while top
    coefficients do for some tables.
    """
    degree = len(kept) - 1
    rotations, phases = np.zeros(degree + 1), np.zeros(degree + 1)
    for k in range(degree, 0, -1):
        rotations[k] = np.arctan2(abs(kept[0]), abs(lost[0]))
        phases[k] = np.angle(kept[0]) - np.angle(-lost[0])
        cos, sin, turned = np.cos(rotations[k]), np.sin(rotations[k]), np.exp(-1j * phases[k])
        kept, lost = (
            (cos * turned * kept + sin * lost)[1:],
            (cos * lost - sin * turned * kept)[:-1],
        )
    rotations[0] = np.arctan2(abs(lost[0]), abs(kept[0]))
    global_phase = float(np.angle(lost[0]))
    phases[0] = np.angle(kept[0]) - global_phase
    return SignalAngles(rotations=rotations, phases=phases, global_phase=global_phase)
