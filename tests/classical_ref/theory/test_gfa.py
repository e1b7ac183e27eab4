import math

import numpy as np
import pytest
from cases import case

from classical_ref.theory import gfa

# Order 3: overlaps after 1, 2, 3, 5 and 10 steps by load alpha' and initial overlap, from a
# separate implementation of the same process with 400,000 paths.
THEORY = {
    0.1: {
        0.1: (0.025, 0.002, 0.005, 0.002, 0.001),
        0.2: (0.101, 0.029, 0.022, 0.009, 0.002),
        0.3: (0.224, 0.142, 0.093, 0.038, 0.01),
        0.4: (0.387, 0.402, 0.432, 0.538, 0.997),
        0.5: (0.571, 0.737, 0.901, 0.998, 0.998),
        0.6: (0.745, 0.937, 0.993, 0.998, 0.998),
        0.7: (0.879, 0.989, 0.998, 0.998, 0.998),
        0.8: (0.957, 0.997, 0.998, 0.998, 0.998),
        0.9: (0.99, 0.998, 0.998, 0.998, 0.998),
        1.0: (0.998, 0.998, 0.998, 0.998, 0.998),
    },
    0.2: {
        0.1: (0.018, 0.001, 0.003, 0.001, 0.0),
        0.2: (0.071, 0.012, 0.014, 0.006, 0.001),
        0.3: (0.159, 0.057, 0.037, 0.015, 0.003),
        0.4: (0.279, 0.173, 0.109, 0.044, 0.011),
        0.5: (0.424, 0.377, 0.325, 0.218, 0.06),
        0.6: (0.579, 0.627, 0.658, 0.734, 0.885),
        0.7: (0.727, 0.825, 0.87, 0.93, 0.958),
        0.8: (0.848, 0.926, 0.942, 0.957, 0.962),
        0.9: (0.93, 0.962, 0.961, 0.963, 0.964),
        1.0: (0.975, 0.972, 0.969, 0.967, 0.966),
    },
    0.3: {
        0.1: (0.015, 0.001, 0.003, 0.001, 0.0),
        0.2: (0.058, 0.007, 0.011, 0.004, 0.001),
        0.3: (0.131, 0.035, 0.027, 0.011, 0.002),
        0.4: (0.23, 0.106, 0.062, 0.025, 0.006),
        0.5: (0.352, 0.242, 0.159, 0.067, 0.016),
        0.6: (0.489, 0.436, 0.367, 0.243, 0.067),
        0.7: (0.629, 0.642, 0.619, 0.595, 0.521),
        0.8: (0.757, 0.8, 0.789, 0.791, 0.789),
        0.9: (0.861, 0.887, 0.869, 0.862, 0.855),
        1.0: (0.932, 0.923, 0.906, 0.894, 0.881),
    },
    0.4: {
        0.1: (0.013, 0.0, 0.002, 0.0, 0.0),
        0.2: (0.05, 0.005, 0.01, 0.004, 0.001),
        0.3: (0.113, 0.025, 0.023, 0.01, 0.002),
        0.4: (0.2, 0.076, 0.047, 0.019, 0.004),
        0.5: (0.307, 0.177, 0.104, 0.042, 0.01),
        0.6: (0.431, 0.331, 0.234, 0.11, 0.026),
        0.7: (0.562, 0.516, 0.438, 0.314, 0.098),
        0.8: (0.688, 0.687, 0.635, 0.577, 0.428),
        0.9: (0.8, 0.806, 0.762, 0.728, 0.665),
        1.0: (0.886, 0.869, 0.832, 0.8, 0.751),
    },
}
STEPS = [1, 2, 3, 5, 10]
ON_THE_BOUNDARY = {
    (0.1, 0.4), (0.2, 0.5), (0.2, 0.6), (0.3, 0.6), (0.3, 0.7), (0.3, 0.8), (0.4, 0.7), (0.4, 0.8),
    (0.4, 0.9),
}  # fmt: skip


def check_curve(load, overlap, num_paths, tolerance):
    solution = gfa.solve(
        order=3,
        dense_load=load / 3,
        initial_overlap=overlap,
        num_steps=10,
        num_paths=num_paths,
        rng=0,
    )
    assert solution.overlap.shape == (11,)
    assert np.abs(solution.overlap[STEPS] - THEORY[load][overlap]).max() < tolerance


@pytest.mark.parametrize(("load", "overlap"), [(0.1, 0.8), (0.2, 0.3), (0.3, 1.0), (0.4, 0.6)])
def test_some_curves(load, overlap):
    check_curve(load, overlap, 100_000, 0.01)


@pytest.mark.slow
@pytest.mark.parametrize("load", THEORY)
@pytest.mark.parametrize("overlap", THEORY[0.1])
def test_all_curves(load, overlap):
    """On the boundary of a basin the sampling error grows from step to step."""
    check_curve(load, overlap, 400_000, 0.01 if (load, overlap) in ON_THE_BOUNDARY else 0.005)


@pytest.mark.parametrize("order", [3, 4, 5])
def test_the_first_step_is_the_map(order):
    solution = gfa.solve(
        order=order, dense_load=0.01, initial_overlap=0.6, num_steps=1, num_paths=10_000, rng=0
    )
    first = gfa.overlap_map(solution.overlap[0], order=order, dense_load=0.01)
    assert solution.overlap[1] == pytest.approx(first, abs=1e-12)


def test_kernels():
    c = np.linspace(-1, 1, 9)
    assert np.allclose(gfa.noise_kernel(3, c), 1 + 2 * c**2)
    assert np.allclose(gfa.noise_kernel(4, c), 9 * c + 6 * c**3)
    assert np.allclose(gfa.noise_kernel(5, c), 9 + 72 * c**2 + 24 * c**4)
    assert np.allclose(gfa.noise_kernel(4, c, diagonal="free"), 6 * c**3)
    for order in (3, 4, 5, 6):
        assert gfa.noise_kernel(order, 1.0) == gfa.scaled_load(order, 1.0)
        for diagonal in ("kept", "free"):
            high, low = (gfa.noise_kernel(order, c + e, diagonal=diagonal) for e in (1e-6, -1e-6))
            slope = gfa.response_kernel(order, c, diagonal=diagonal)
            assert np.allclose((high - low) / 2e-6, slope, rtol=1e-6, atol=1e-4)


def test_kernel_is_the_moment(rng):
    first, noise = rng.standard_normal((2, 400_000))
    second = 0.6 * first + 0.8 * noise
    assert np.mean(first**3 * second**3) == pytest.approx(gfa.noise_kernel(4, 0.6), rel=0.1)


def test_the_solution_is_a_process():
    solution = gfa.solve(
        order=3, dense_load=0.1, initial_overlap=0.8, num_steps=6, num_paths=50_000, rng=1
    )
    assert np.allclose(solution.correlation, solution.correlation.T)
    assert np.all(np.diag(solution.correlation) == 1)
    assert np.linalg.eigvalsh(solution.correlation).min() > -0.02
    assert np.all(np.triu(solution.response) == 0)
    expected = 0.1 * gfa.response_kernel(3, solution.correlation) * solution.response
    assert np.allclose(solution.self_interaction, np.tril(expected, -1)[:6, :6])
    # The response to the field of the last step is the density of the fresh noise at the boundary.
    assert solution.response[1, 0] == pytest.approx(
        math.sqrt(2 / math.pi) * math.exp(-(0.8**4) / 0.6) / math.sqrt(0.3), rel=0.01
    )
    with pytest.raises(ValueError, match="read-only"):
        solution.overlap[0] = 1


def test_a_kept_self_interaction_holds_the_state():
    """Order 3 at alpha' = 0.2 from overlap 0.5: kept 0.477, excluded 0.102 after eight steps."""
    kept, excluded = (
        gfa.solve(
            order=3,
            dense_load=0.2 / 3,
            initial_overlap=0.5,
            num_steps=8,
            num_paths=100_000,
            self_interaction=option,
            rng=0,
        ).overlap
        for option in ("kept", "excluded")
    )
    known = [0.5, 0.424, 0.445, 0.465, 0.473, 0.475, 0.476, 0.476, 0.477]
    assert np.abs(kept - known).max() < 0.01
    assert excluded[-1] == pytest.approx(0.102, abs=0.02)


def test_free_diagonals_lower_the_noise():
    solution = gfa.solve(
        order=3,
        dense_load=0.1,
        initial_overlap=1.0,
        num_steps=3,
        num_paths=20_000,
        diagonal="free",
        rng=0,
    )
    assert solution.overlap[1] == pytest.approx(math.erf(1 / math.sqrt(2 * 0.2)), abs=1e-6)


def test_settled_dynamics_stay_finite():
    solution = gfa.solve(
        order=3, dense_load=0.03, initial_overlap=1.0, num_steps=40, num_paths=2000, rng=0
    )
    assert np.all(np.abs(solution.overlap) <= 1)
    assert solution.overlap[-1] > 0.99


def test_basins_shrink_with_load():
    low, high = (
        gfa.basin_boundary(order=3, dense_load=a / 3, num_paths=10_000, tolerance=0.02, rng=0)
        for a in (0.1, 0.2)
    )
    assert 0.3 < low < 0.45
    assert 0.5 < high < 0.65
    assert gfa.basin_boundary(order=3, dense_load=0.5, num_paths=5000, rng=0) is None


def test_convergence_time():
    assert gfa.convergence_time([0.2, 0.5, 0.9, 0.905, 0.9]) == 2
    assert gfa.convergence_time([0.2, 0.5, 0.9, 0.905, 0.9], tolerance=0.001) == 4
    assert gfa.convergence_time([0.9, 0.9]) == 0


GOOD = {"order": 3, "dense_load": 0.1, "initial_overlap": 0.5, "num_steps": 1}


def test_errors():
    for call, match in [
        (lambda: gfa.solve(**GOOD | {"order": 2}), r"order should be in \[3, 100\]\. Got 2"),
        (
            lambda: gfa.solve(**GOOD | {"dense_load": 0}),
            r"dense_load should be in \(0, 1e100\]\. Got 0",
        ),
        (lambda: gfa.solve(**GOOD | {"initial_overlap": 2}), r"in \[-1, 1\]\. Got 2"),
        (
            lambda: gfa.solve(**GOOD | {"num_steps": 0}),
            r"num_steps should be in \[1, 1000\]\. Got 0",
        ),
        (
            lambda: gfa.solve(**GOOD, num_paths=0),
            r"num_paths should be in \[1, 1000000000\]\. Got 0",
        ),
        (lambda: gfa.solve(**GOOD, diagonal="x"), r"diagonal should be one of kept, free"),
        (lambda: gfa.solve(**GOOD, self_interaction="x"), r"one of excluded, kept"),
        (
            lambda: gfa.solve(**GOOD | {"order": 4}, self_interaction="kept"),
            r"odd order and diagonal='kept'\. Got order 4",
        ),
        (
            lambda: gfa.solve(**GOOD, self_interaction="kept", diagonal="free"),
            r"Got order 3 and diagonal='free'",
        ),
        (
            lambda: gfa.basin_boundary(order=3, dense_load=0.1, threshold=1),
            r"threshold should be in \(0, 1\)\. Got 1",
        ),
        (
            lambda: gfa.basin_boundary(order=3, dense_load=0.1, tolerance=0),
            r"tolerance should be in \[1e-9, 1\)\. Got 0",
        ),
        (lambda: gfa.convergence_time([[1]]), r"shape \(num_steps \+ 1,\)\. Got shape \(1, 1\)"),
        (
            lambda: gfa.convergence_time([1], tolerance=0),
            r"tolerance should be positive and finite\. Got 0",
        ),
    ]:
        with case(match), pytest.raises(ValueError, match=match):
            call()
