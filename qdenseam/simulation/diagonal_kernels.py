r"""Compiled loops of the diagonal engine, in place on real and imaginary parts.

A mixer is one butterfly per qubit: exp(iβ(cos θ Z + sin θ X)) has the rows (c + ia, ix) and
(ix, c - ia) with c = cos β, a = sin β cos θ, x = sin β sin θ (``turns``, shape ``(3, D)``).

The state is swept twice a layer. Low qubits are turned block by block, 2^low amplitudes that stay
in cache; the others tile by tile, :data:`TILE` columns of the (2^(D-low), 2^low) array copied to
scratch, since rows a power of two apart would share one cache set. Both loops release the GIL and
work on a range of blocks or tiles, so that threads can share them.
"""

import numpy as np

from classical_ref.compiling import njit

TILE = 16
"""Columns of a tile: two cache lines of doubles."""

_ONE = np.uint64(1)  # unsigned indices spare the wrap-around test, which keeps loops from SIMD


@njit(cache=True, nogil=True)
def forward_blocks(re, im, energies, gamma, turns, block, start, stop):  # type: ignore[no-untyped-def] # noqa: D103
    for i in range(start, stop):
        part = slice(i * block, (i + 1) * block)
        _phase(re[part], im[part], energies[part], gamma)
        _mix(re[part], im[part], turns, 0, 1)


@njit(cache=True, nogil=True)
def forward_tiles(re, im, turns, low, start, stop):  # type: ignore[no-untyped-def] # noqa: D103
    rows = len(re) >> low
    tile_re, tile_im = np.empty((2, rows * TILE), re.dtype)
    for i in range(start, stop):
        _gather(re, tile_re, low, i)
        _gather(im, tile_im, low, i)
        _mix(tile_re, tile_im, turns, low, TILE)
        _scatter(tile_re, re, low, i)
        _scatter(tile_im, im, low, i)


@njit(cache=True, nogil=True)
def backward_tiles(re, im, dual_re, dual_im, turns, axes, low, start, stop):  # type: ignore[no-untyped-def]
    """Return Im⟨λ|Σ_i n_i·σ_i|ψ⟩ over high qubits i, then turn both states by ``turns``."""
    rows = len(re) >> low
    a, b, c, d = np.empty((4, rows * TILE), re.dtype)
    overlap = 0.0
    for i in range(start, stop):
        _gather(re, a, low, i)
        _gather(im, b, low, i)
        _gather(dual_re, c, low, i)
        _gather(dual_im, d, low, i)
        overlap += _generator_overlap(a, b, c, d, axes, low, TILE)
        _mix(a, b, turns, low, TILE)
        _mix(c, d, turns, low, TILE)
        _scatter(a, re, low, i)
        _scatter(b, im, low, i)
        _scatter(c, dual_re, low, i)
        _scatter(d, dual_im, low, i)
    return overlap


@njit(cache=True, nogil=True)
def backward_blocks(  # type: ignore[no-untyped-def]
    re, im, dual_re, dual_im, energies, gamma, turns, axes, block, start, stop
):
    """Return Im⟨λ|Σ_i n_i·σ_i|ψ⟩ over low qubits and Im⟨λ|E|ψ⟩; turn and unwind both states."""
    overlap = phase_overlap = 0.0
    for i in range(start, stop):
        part = slice(i * block, (i + 1) * block)
        a, b, c, d, e = re[part], im[part], dual_re[part], dual_im[part], energies[part]
        overlap += _generator_overlap(a, b, c, d, axes, 0, 1)
        _mix(a, b, turns, 0, 1)
        _mix(c, d, turns, 0, 1)
        phase_overlap += _weighted_overlap(a, b, c, d, e)
        if gamma != 0:
            _phase(a, b, e, gamma)
            _phase(c, d, e, gamma)
    return overlap, phase_overlap


@njit(cache=True, nogil=True, fastmath=True)
def weigh(re, im, dual_re, dual_im, observable, block, start, stop):  # type: ignore[no-untyped-def]
    """Set λ = O ψ and return ⟨ψ|O|ψ⟩ over a range of blocks."""
    total = 0.0
    for x in range(np.uint64(start * block), np.uint64(stop * block)):
        r, i, weight = re[x], im[x], observable[x]
        dual_re[x] = weight * r
        dual_im[x] = weight * i
        total += weight * (np.float64(r) * r + np.float64(i) * i)
    return total


@njit(cache=True, nogil=True, fastmath=True)
def expect(re, im, observable, block, start, stop):  # type: ignore[no-untyped-def]
    """Return ⟨ψ|O|ψ⟩ over a range of blocks."""
    total = 0.0
    for x in range(np.uint64(start * block), np.uint64(stop * block)):
        r, i = np.float64(re[x]), np.float64(im[x])
        total += observable[x] * (r * r + i * i)
    return total


@njit(cache=True, nogil=True, fastmath=True)
def _mix(re, im, turns, qubit, stride):  # type: ignore[no-untyped-def]
    """Turn the qubits from ``qubit`` on; the first of them has this stride."""
    size, step = np.uint64(len(re)), np.uint64(stride)
    if stride == 1 and size >= 4:
        _mix_lowest_pair(re, im, turns, qubit)
        qubit, step = qubit + 2, np.uint64(4)
    while step < size:
        c, a, x = turns[0, qubit], turns[1, qubit], turns[2, qubit]
        base = np.uint64(0)
        while base < size:
            for j in range(base, base + step):
                k = j + step
                low_re, low_im, high_re, high_im = re[j], im[j], re[k], im[k]
                re[j] = c * low_re - a * low_im - x * high_im
                im[j] = c * low_im + a * low_re + x * high_re
                re[k] = c * high_re + a * high_im - x * low_im
                im[k] = c * high_im - a * high_re + x * low_re
            base += step + step
        qubit += 1
        step += step


@njit(cache=True, nogil=True, fastmath=True)
def _mix_lowest_pair(re, im, turns, qubit):  # type: ignore[no-untyped-def]
    """Turn the qubits of strides 1 and 2 in one pass: four constant offsets vectorize."""
    c, a, x = turns[0, qubit], turns[1, qubit], turns[2, qubit]
    c2, a2, x2 = turns[0, qubit + 1], turns[1, qubit + 1], turns[2, qubit + 1]
    two = np.uint64(2)
    for quarter in range(np.uint64(len(re)) >> two):
        j0 = quarter << two
        j1, j2 = j0 + _ONE, j0 + two
        j3 = j1 + two
        r0, r1, r2, r3 = re[j0], re[j1], re[j2], re[j3]
        i0, i1, i2, i3 = im[j0], im[j1], im[j2], im[j3]
        s0, t0 = c * r0 - a * i0 - x * i1, c * i0 + a * r0 + x * r1
        s1, t1 = c * r1 + a * i1 - x * i0, c * i1 - a * r1 + x * r0
        s2, t2 = c * r2 - a * i2 - x * i3, c * i2 + a * r2 + x * r3
        s3, t3 = c * r3 + a * i3 - x * i2, c * i3 - a * r3 + x * r2
        re[j0] = c2 * s0 - a2 * t0 - x2 * t2
        im[j0] = c2 * t0 + a2 * s0 + x2 * s2
        re[j1] = c2 * s1 - a2 * t1 - x2 * t3
        im[j1] = c2 * t1 + a2 * s1 + x2 * s3
        re[j2] = c2 * s2 + a2 * t2 - x2 * t0
        im[j2] = c2 * t2 - a2 * s2 + x2 * s0
        re[j3] = c2 * s3 + a2 * t3 - x2 * t1
        im[j3] = c2 * t3 - a2 * s3 + x2 * s1


@njit(cache=True, nogil=True, fastmath=True)
def _generator_overlap(re, im, dual_re, dual_im, axes, qubit, stride):  # type: ignore[no-untyped-def]
    """Return Im⟨λ|Σ_i (cos θ_i Z_i + sin θ_i X_i)|ψ⟩ over the qubits from ``qubit`` on."""
    size, step = np.uint64(len(re)), np.uint64(stride)
    total = 0.0
    while step < size:
        diagonal = crossed = 0.0
        base = np.uint64(0)
        while base < size:
            for j in range(base, base + step):
                k = j + step
                diagonal += dual_re[j] * im[j] - dual_im[j] * re[j]
                diagonal -= dual_re[k] * im[k] - dual_im[k] * re[k]
                crossed += dual_re[j] * im[k] - dual_im[j] * re[k]
                crossed += dual_re[k] * im[j] - dual_im[k] * re[j]
            base += step + step
        total += axes[0, qubit] * diagonal + axes[1, qubit] * crossed
        qubit += 1
        step += step
    return total


@njit(cache=True, nogil=True, fastmath=True)
def _weighted_overlap(re, im, dual_re, dual_im, energies):  # type: ignore[no-untyped-def]
    """Return Im⟨λ|E|ψ⟩."""
    total = 0.0
    for j in range(np.uint64(len(re))):
        total += energies[j] * (dual_re[j] * im[j] - dual_im[j] * re[j])
    return total


@njit(cache=True, nogil=True)  # no fastmath: reassociation would undo the two-part reduction
def _phase(re, im, energies, gamma):  # type: ignore[no-untyped-def]
    """Multiply by exp(-iγE), with a sine and cosine that vectorize.

    The argument is reduced by multiples of π/2 in two parts, then both are polynomials on
    [-π/4, π/4] (coefficients of Cephes, Moshier 1989). Error below 2e-16 plus that of γE itself.
    """
    for j in range(np.uint64(len(re))):
        angle = gamma * energies[j]
        turns = np.rint(angle * 0.6366197723675814)
        y = (angle - turns * 1.5707963267341256) - turns * 6.0771005065061922e-11
        z = y * y
        s = 1.58962301576546568060e-10
        s = s * z - 2.50507477628578072866e-8
        s = s * z + 2.75573136213857245213e-6
        s = s * z - 1.98412698295895385996e-4
        s = s * z + 8.33333333332211858878e-3
        s = s * z - 1.66666666666666307295e-1
        s = y + y * z * s
        c = -1.13585365213876817300e-11
        c = c * z + 2.08757008419747316778e-9
        c = c * z - 2.75573141792967388112e-7
        c = c * z + 2.48015872888517045348e-5
        c = c * z - 1.38888888888730564116e-3
        c = c * z + 4.16666666666665929218e-2
        c = 1 - 0.5 * z + z * z * c
        quadrant = turns - 4 * np.floor(turns * 0.25)
        sign = 1 - 2 * np.floor(quadrant * 0.5)
        odd = quadrant - 2 * np.floor(quadrant * 0.5)
        sine = (s + odd * (c - s)) * sign
        cosine = (c - odd * (c + s)) * sign
        r, i = re[j], im[j]
        re[j] = cosine * r + sine * i
        im[j] = cosine * i - sine * r


@njit(cache=True, nogil=True)
def _gather(source, tile, low, index):  # type: ignore[no-untyped-def]
    row, place = np.uint64(index * TILE), np.uint64(0)
    while place < len(tile):
        for j in range(np.uint64(TILE)):
            tile[place + j] = source[row + j]
        row += _ONE << np.uint64(low)
        place += np.uint64(TILE)


@njit(cache=True, nogil=True)
def _scatter(tile, target, low, index):  # type: ignore[no-untyped-def]
    row, place = np.uint64(index * TILE), np.uint64(0)
    while place < len(tile):
        for j in range(np.uint64(TILE)):
            target[row + j] = tile[place + j]
        row += _ONE << np.uint64(low)
        place += np.uint64(TILE)
