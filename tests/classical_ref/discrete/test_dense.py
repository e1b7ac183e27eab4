import itertools

import numpy as np
import pytest
from cases import case
from hypothesis import given, settings
from hypothesis import strategies as st

from classical_ref import (
    DenseMemory,
    Exponential,
    HopfieldMemory,
    LogSumExp,
    Outcome,
    Polynomial,
    RectifiedPolynomial,
    corrupt,
    random_patterns,
)

SEPARATIONS = [
    Polynomial(2),
    Polynomial(3),
    Polynomial(4),
    Polynomial(60),
    RectifiedPolynomial(3),
    RectifiedPolynomial(6),
    Exponential(0.2),
    Exponential(40.0),
    LogSumExp(1.0),
]
separations = st.sampled_from(SEPARATIONS)
seeds = st.integers(0, 2**32 - 1)


@st.composite
def memories(draw, separation=separations):
    num_neurons = draw(st.integers(1, 9))
    num_patterns = draw(st.integers(1, min(2**num_neurons, 12)))
    patterns = random_patterns(num_patterns, num_neurons, rng=draw(seeds))
    return DenseMemory(patterns, draw(separation))


def probes_for(memory, seed, num_probes=6):
    rng = np.random.default_rng(seed)
    drawn = rng.choice([-1, 0, 1], p=[0.4, 0.2, 0.4], size=(num_probes, memory.num_neurons))
    return drawn.astype(np.int8)


def all_states(num_neurons):
    return np.array(list(itertools.product([1, -1], repeat=num_neurons)), dtype=np.int8)


def moderate(memory):
    """A memory with the same dynamics whose energy fits into float64."""
    if isinstance(memory.separation, Exponential):
        return DenseMemory(memory.patterns, LogSumExp(memory.separation.beta))
    return memory


@given(memories(), seeds)
def test_asynchronous_exact_recall_never_raises_the_energy(memory, seed):
    result = memory.recall(probes_for(memory, seed), trajectory=True, rng=seed)
    energies = moderate(memory).energy(result.trajectory)
    # Log-sum-exp energies carry a rounding error of their own.
    assert np.all(np.diff(energies, axis=0) <= 1e-12 * np.abs(energies[1:]).max())
    assert np.all(result.outcome == Outcome.FIXED_POINT)
    assert np.all(np.abs(result.states) == 1)


@given(memories(), seeds)
def test_fixed_points_have_no_better_neighbor(memory, seed):
    state = memory.recall(probes_for(memory, seed, 1), rng=seed).states[0]
    flipped = state * (1 - 2 * np.eye(memory.num_neurons, dtype=np.int8))
    energy = moderate(memory).energy
    assert np.all(energy(flipped) >= energy(state) - 1e-12 * np.abs(energy(state)))


@settings(max_examples=30)
@given(
    memories(),
    seeds,
    st.sampled_from(["exact", "leading"]),
    st.sampled_from(["excluded", "kept"]),
    st.sampled_from(["asynchronous", "synchronous"]),
    st.sampled_from(["keep", "plus", "minus", "random"]),
)
def test_engines_agree(memory, seed, rule, self_interaction, update, tie):
    results = [
        memory.recall(
            probes_for(memory, seed),
            rule=rule,
            self_interaction=self_interaction,
            update=update,
            tie=tie,
            engine=engine,
            rng=seed,
        )
        for engine in ("numpy", "numba")
    ]
    for name in ("states", "sweeps", "outcome"):
        assert np.array_equal(getattr(results[0], name), getattr(results[1], name))


@settings(max_examples=20)
@given(memories(), seeds, st.sampled_from(["asynchronous", "synchronous"]))
def test_weighted_engines_agree(memory, seed, update):
    weights = np.random.default_rng(seed).uniform(0.5, 2, memory.num_patterns)
    weighted = DenseMemory(memory.patterns, memory.separation, weights=weights)
    first, second = (
        weighted.recall(probes_for(memory, seed), update=update, engine=engine, rng=seed)
        for engine in ("numpy", "numba")
    )
    assert np.array_equal(first.states, second.states)


@pytest.mark.parametrize(
    "separation",
    [
        Polynomial(3),
        Polynomial(8),
        Polynomial(40),
        RectifiedPolynomial(6),
        Exponential(0.02),
        Exponential(0.3),
        LogSumExp(20.0),
    ],
)
@pytest.mark.parametrize("self_interaction", ["excluded", "kept"])
def test_engines_agree_over_many_blocks(separation, self_interaction, rng):
    patterns = random_patterns(1100, 130, rng=rng)
    memory = DenseMemory(patterns, separation)
    probes = np.vstack(
        [
            corrupt(patterns[:4], num_flips=20, num_erasures=10, rng=rng),
            random_patterns(4, 130, rng=rng),
        ]
    )
    results = [
        memory.recall(
            probes, update="synchronous", self_interaction=self_interaction, max_sweeps=3, engine=e
        ).states
        for e in ("numpy", "numba")
    ]
    assert np.array_equal(*results)
    # One sweep against the definition, in Python integers or long doubles.
    states = random_patterns(2, 130, rng=rng).astype(int)
    step = memory.recall(
        states, update="synchronous", self_interaction=self_interaction, max_sweeps=1
    ).states
    xi = patterns.astype(int)
    h = (states @ xi.T)[..., None] - (xi * states[:, None] if self_interaction == "excluded" else 0)
    if isinstance(separation, (Exponential, LogSumExp)):
        gains = np.exp(separation.beta * (h - h.max(axis=1, keepdims=True)).astype(np.longdouble))
        field = (xi * gains).sum(axis=1)
        clear = np.abs(field) > 1e-15 * gains.sum(axis=1)
    else:
        h = h.astype(object)
        if isinstance(separation, RectifiedPolynomial):
            up, down = np.maximum(h + 1, 0), np.maximum(h - 1, 0)
        else:
            up, down = h + 1, h - 1
        field = (xi * (up**separation.order - down**separation.order)).sum(axis=1)
        clear = field != 0
    # two patterns as near leave at most half of a state's neurons open: 1e-9 for 0.7 of 260
    assert clear.mean() > 0.3
    assert np.array_equal(step[clear], np.where(field > 0, 1, -1)[clear])


@given(
    memories(st.sampled_from([Polynomial(3), RectifiedPolynomial(4), Polynomial(2)])),
    st.sampled_from(["exact", "leading"]),
    st.sampled_from(["excluded", "kept"]),
)
def test_table_identity(memory, rule, self_interaction):
    """The tables give, at every state, the sign of the field written out by its definition."""
    states = all_states(memory.num_neurons)[:64]
    n = memory.separation.order
    rectified = isinstance(memory.separation, RectifiedPolynomial)

    def power(x, order):
        return (np.maximum(x, 0) if rectified else x) ** order

    xi = memory.patterns.astype(np.int64)
    own = xi * states[:, None] if self_interaction == "excluded" else 0
    h = (states @ xi.T)[..., None] - own
    if rule == "exact":
        field = (power(h + xi, n) - power(h - xi, n)).sum(axis=1)
    else:
        field = (n * xi * power(h, n - 1)).sum(axis=1)
    options = {"rule": rule, "self_interaction": self_interaction}
    assert np.array_equal(memory.local_field(states, **options), field)
    step = memory.recall(states, update="synchronous", max_sweeps=1, **options).states
    assert np.array_equal(step, np.where(field == 0, states, np.sign(field)))


@given(memories())
def test_exact_field_is_the_energy_difference(memory):
    states = all_states(memory.num_neurons)[:32]
    fields = memory.local_field(states)
    for neuron in range(memory.num_neurons):
        up, down = states.copy(), states.copy()
        up[:, neuron], down[:, neuron] = 1, -1
        difference = memory.energy(down) - memory.energy(up)
        scale = np.abs(memory.energy(up)).max()
        assert np.allclose(fields[:, neuron], difference, rtol=1e-9, atol=1e-12 * scale)


@given(memories(), seeds)
def test_permuting_neurons_permutes_the_answer(memory, seed):
    rng = np.random.default_rng(seed)
    permutation = rng.permutation(memory.num_neurons)
    probes = probes_for(memory, seed)
    permuted = DenseMemory(memory.patterns[:, permutation], memory.separation)
    order = rng.permutation(memory.num_neurons)
    states = memory.recall(probes, order=permutation[order]).states
    assert np.array_equal(
        permuted.recall(probes[:, permutation], order=order).states, states[:, permutation]
    )


@given(memories(st.sampled_from([Polynomial(2), Polynomial(4), Polynomial(60)])), seeds)
def test_even_orders_are_spin_flip_symmetric(memory, seed):
    probes = np.where(probes_for(memory, seed) == 0, 1, probes_for(memory, seed))
    for update in ("asynchronous", "synchronous"):
        first = memory.recall(probes, update=update, rng=seed).states
        assert np.array_equal(memory.recall(-probes, update=update, rng=seed).states, -first)


@given(memories(st.just(Polynomial(2))), seeds, st.sampled_from(["excluded", "kept"]))
def test_order_two_is_the_hopfield_network(memory, seed, self_interaction):
    hebb = HopfieldMemory(memory.patterns)
    for update in ("asynchronous", "synchronous"):
        first, second = (
            model.recall(
                probes_for(memory, seed), update=update, self_interaction=self_interaction, rng=seed
            )
            for model in (memory, hebb)
        )
        assert np.array_equal(first.states, second.states)
        assert np.array_equal(first.sweeps, second.sweeps)
    states = all_states(memory.num_neurons)
    shifted = memory.energy(states) / (2 * memory.num_neurons) + memory.num_patterns / 2
    assert np.allclose(hebb.energy(states), shifted)


@given(memories(), seeds)
def test_a_batch_recalls_like_its_probes(memory, seed):
    probes = probes_for(memory, seed)
    for update in ("asynchronous", "synchronous"):
        together = memory.recall(probes, update=update, tie="random", rng=seed).states
        alone = [memory.recall(p, update=update, tie="random", rng=seed).states for p in probes]
        assert np.array_equal(together, alone)
    assert memory.recall(probes.reshape(2, 3, -1), rng=seed).states.shape == (2, 3, len(probes[0]))


@given(memories(st.sampled_from([Polynomial(4), RectifiedPolynomial(3), LogSumExp(0.5)])), seeds)
def test_synchronous_leading_descent_with_self_interaction(memory, seed):
    """A convex separation makes the step a concave-convex procedure, which descends."""
    result = memory.recall(
        probes_for(memory, seed),
        update="synchronous",
        rule="leading",
        self_interaction="kept",
        trajectory=True,
    )
    energies = memory.energy(result.trajectory)
    assert np.all(np.diff(energies, axis=0) <= 1e-12 * np.abs(energies).max())


@pytest.mark.parametrize("separation", SEPARATIONS)
def test_one_pattern_is_recalled_from_anything_near(separation):
    pattern = random_patterns(1, 9, rng=4)
    memory = DenseMemory(pattern, separation)
    assert np.array_equal(memory.recall(corrupt(pattern, num_flips=2, rng=1)).states, pattern)
    first = pattern * (np.arange(9) == 0)
    assert np.array_equal(memory.recall(first).states, pattern)


@pytest.mark.parametrize("separation", SEPARATIONS)
def test_all_patterns_give_a_flat_energy(separation):
    memory = moderate(DenseMemory(all_states(4), separation))
    energies = memory.energy(memory.patterns)
    assert np.allclose(energies, energies[0], rtol=1e-12)
    assert np.array_equal(memory.recall(memory.patterns, rng=0).states, memory.patterns)


@pytest.mark.parametrize("separation", SEPARATIONS)
def test_a_probe_of_all_unknowns_ends_in_a_state(separation):
    memory = DenseMemory(random_patterns(3, 8, rng=0), separation)
    result = memory.recall("????????", rng=0)
    assert np.all(np.abs(result.states) == 1)
    assert result.outcome == Outcome.FIXED_POINT


@pytest.mark.parametrize("separation", SEPARATIONS)
def test_a_probe_that_matches_nothing_ends_in_a_state(separation):
    memory = DenseMemory(["0" * 8], separation)
    result = memory.recall([-1] * 8, rng=0)
    assert np.all(np.abs(result.states) == 1)
    assert result.outcome == Outcome.FIXED_POINT


def test_ties_follow_their_option():
    memory = DenseMemory([[1, 1], [-1, -1]], Polynomial(3))  # odd order: the patterns cancel
    assert memory.recall([-1, 1], tie="keep").states.tolist() == [-1, 1]
    assert memory.recall([-1, 0], tie="keep").states.tolist() == [-1, 1]
    assert memory.recall([-1, 1], tie="plus").states.tolist() == [1, 1]
    assert memory.recall([-1, 1], tie="minus").states.tolist() == [-1, -1]
    drawn = {tuple(memory.recall([-1, 1], tie="random", rng=s).states.tolist()) for s in range(30)}
    assert len(drawn) == 4


def test_clamped_neurons_stay():
    memory = DenseMemory(["000000"])
    probe = [-1, 1, 1, 1, 1, 0]
    clamped = [True, False, False, False, False, False]
    for update in ("asynchronous", "synchronous"):
        result = memory.recall(probe, clamped=clamped, update=update)
        assert result.states.tolist() == [-1, 1, 1, 1, 1, 1]
    assert memory.recall([probe], clamped=[clamped]).states.tolist() == [[-1, 1, 1, 1, 1, 1]]


def test_synchronous_updates_can_alternate():
    memory = DenseMemory([[1, -1]], Polynomial(2))
    result = memory.recall("00", update="synchronous", trajectory=True)
    assert result.outcome == Outcome.TWO_CYCLE
    assert not result.is_settled
    assert result.trajectory.tolist() == [[1, 1], [-1, -1], [1, 1]]
    limited = memory.recall("00", update="synchronous", max_sweeps=1)
    assert limited.outcome == Outcome.STEP_LIMIT


def test_trajectory_ends_in_the_result(rng):
    memory = DenseMemory(random_patterns(20, 40, rng=rng))
    probes = corrupt(memory.patterns, num_flips=8, num_erasures=5, rng=rng)
    result = memory.recall(probes, trajectory=True, rng=rng)
    assert result.trajectory.shape == (result.sweeps.max() + 1, 20, 40)
    assert np.array_equal(result.trajectory[-1], result.states)
    known = probes != 0
    assert np.array_equal(result.trajectory[0][known], probes[known])
    assert memory.recall(probes, rng=0).trajectory is None


def test_a_dense_load_is_recalled(rng):
    memory = DenseMemory(random_patterns(200, 64, rng=rng), RectifiedPolynomial(3))
    probes = corrupt(memory.patterns, num_flips=6, rng=rng)
    assert (memory.recall(probes, rng=rng).states == memory.patterns).all(axis=1).mean() > 0.95


FACTORS = (1, 1e-300, 1 / 3, 123.456, 1e290)


@pytest.mark.parametrize(
    "separation",
    [Polynomial(2), Polynomial(5), RectifiedPolynomial(3), Exponential(0.7)],
)
def test_recall_depends_on_ratios_of_weights_alone(separation, rng):
    patterns = random_patterns(8, 6, rng=rng)
    kinds = {
        "integers": rng.integers(1, 5, 8).astype(float),  # fields vanish often
        "reals": rng.uniform(0.5, 2, 8),
        "far apart": 10.0 ** np.linspace(0, 10, 8),
    }
    probes = rng.choice(np.array([-1, 0, 1], dtype=np.int8), size=(15, 6))
    for kind, *options in itertools.product(
        kinds, ("synchronous", "asynchronous"), ("excluded", "kept"), ("numpy", "numba")
    ):
        update, self_interaction, engine = options
        given, *scaled = (
            DenseMemory(patterns, separation, weights=factor * kinds[kind]).recall(
                probes,
                update=update,
                self_interaction=self_interaction,
                engine=engine,
                max_sweeps=2,
                rng=0,
            )
            for factor in FACTORS
        )
        for factor, each in zip(FACTORS[1:], scaled, strict=True):
            assert np.array_equal(given.states, each.states), (kind, options, factor)


def test_energies_grow_with_the_weights(rng):
    patterns = random_patterns(4, 6, rng=rng)
    energies = DenseMemory(patterns, weights=[1, 2, 3, 4]).energy(patterns)
    scaled = DenseMemory(patterns, weights=np.array([1, 2, 3, 4]) * 1e38).energy(patterns)
    np.testing.assert_allclose(scaled, 1e38 * energies, rtol=1e-12)


def test_weights_repeat_a_pattern():
    """Weight 2 equals storing twice; the heavier pattern wins where both are as near."""
    patterns = [[1, 1, 1, 1, -1, -1], [-1, -1, 1, 1, 1, 1]]
    memory = DenseMemory(patterns, Exponential(1.0), weights=[1, 2])
    assert memory.recall("??00??", rng=1).states.tolist() == patterns[1]
    twice = -np.exp(6.0) - 2 * np.exp(-2.0)
    assert memory.energy(patterns[0]) == pytest.approx(twice)


def test_integer_ties_are_seen_at_any_order():
    """Sums beyond 2**53 cancel exactly, because patterns are counted before they are weighted."""
    patterns = random_patterns(6, 9, rng=2)
    mirrored = np.vstack([np.c_[patterns, np.ones((6, 1))], np.c_[patterns, -np.ones((6, 1))]])
    for separation in (Polynomial(61), RectifiedPolynomial(60), Exponential(3.0)):
        memory = DenseMemory(mirrored, separation)
        states = np.c_[random_patterns(9, 9, rng=3), np.zeros((9, 1))]
        for update in ("asynchronous", "synchronous"):
            for tie, spin in (("plus", 1), ("minus", -1)):
                clamped = np.arange(10) < 9
                result = memory.recall(states, clamped=clamped, tie=tie, update=update)
                assert np.all(result.states[:, 9] == spin)


@pytest.mark.parametrize("engine", ["numpy", "numba"])
@pytest.mark.parametrize("update", ["asynchronous", "synchronous"])
def test_high_orders_work_far_from_every_pattern(engine, update):
    """Overlaps near zero to the power 300 leave double precision; signs stay exact."""
    patterns = random_patterns(5, 400, rng=0)
    state = random_patterns(1, 400, rng=1)[0].astype(int)
    xi = patterns.astype(int)
    h = ((xi @ state)[:, None] - xi * state).astype(object)
    field = (xi * ((h + 1) ** 301 - (h - 1) ** 301)).sum(axis=0)
    assert max(abs(h).ravel()) < 80
    free = 7
    memory = DenseMemory(patterns, Polynomial(301))
    clamped = np.arange(400) != free
    result = memory.recall(state, clamped=clamped, update=update, engine=engine, max_sweeps=1)
    assert result.states[free] == np.sign(field[free])
    if update == "synchronous":
        step = memory.recall(state, update=update, engine=engine, max_sweeps=1).states
        assert np.array_equal(step, np.sign(field))


def test_overflow_is_clear_and_recall_works():
    patterns = random_patterns(4, 900, rng=0)
    memory = DenseMemory(patterns, Exponential(1.0))
    with pytest.raises(ValueError, match=r"energy should fit into float64.*LogSumExp"):
        memory.energy(patterns)
    with pytest.raises(ValueError, match=r"local field should fit into float64"):
        memory.local_field(patterns)
    result = memory.recall(corrupt(patterns, num_flips=200, rng=0), rng=0)
    assert np.array_equal(result.states, patterns)
    assert np.all(np.isneginf(result.energies))
    high = DenseMemory(patterns, Polynomial(200))
    assert np.array_equal(high.recall(corrupt(patterns, num_flips=200, rng=0)).states, patterns)
    with pytest.raises(ValueError, match=r"energy should fit into float64"):
        high.energy(patterns)


def test_the_memory_is_locked():
    memory = DenseMemory([[1, -1]])
    assert repr(memory) == (
        "DenseMemory(num_patterns=1, num_neurons=2, separation=Polynomial(order=3))"
    )
    with pytest.raises(ValueError, match="read-only"):
        memory.patterns[0] = 1
    with pytest.raises(AttributeError):
        memory.patterns = None
    with pytest.raises(ValueError, match="read-only"):
        memory.recall("00").states[0] = 1


def test_errors():
    for call, match in [
        (lambda _: DenseMemory(["00", "00"]), r"patterns should be distinct.*`weights`"),
        (lambda _: DenseMemory(["00"], weights=[1, 2]), r"weights should have shape \(1,\)"),
        (lambda _: DenseMemory(["00"], weights=[0]), r"weights should be positive and finite"),
        (lambda m: m.energy([1]), r"probe should have shape \(2,\)"),
        (lambda m: m.local_field("00", rule="x"), r"rule should be one of exact, leading"),
        (lambda m: m.local_field("00", self_interaction="x"), r"one of excluded, kept"),
        (lambda m: m.recall("000"), r"probe should have shape \(2,\).*Got shape \(3,\)"),
        (lambda m: m.recall("00", update="x"), r"update should be one of asynchronous, synch"),
        (lambda m: m.recall("00", rule="x"), r"rule should be one of exact, leading\. Got 'x'"),
        (lambda m: m.recall("00", self_interaction="x"), r"self_interaction should be one of"),
        (lambda m: m.recall("00", tie="x"), r"tie should be one of keep, plus, minus, random"),
        (lambda m: m.recall("00", engine="x"), r"engine should be one of auto, numpy, numba"),
        (lambda m: m.recall("00", max_sweeps=0), r"max_sweeps should be in \[1, 1000000\]. Got 0"),
        (lambda m: m.recall("00", order="x"), r"or a permutation of 0\.\.1\. Got 'x'\."),
        (lambda m: m.recall("00", order=[[0], [0, 1]]), r"permutation of 0\.\.1\. Got \[\[0\], \["),
        (lambda m: m.recall("00", order=[0, None]), r"permutation of 0\.\.1\. Got \[0, None\]"),
        (lambda m: m.recall("00", order=np.array([1, 1])), r"of 0\.\.1\. Got \[1, 1\]"),
        (lambda m: m.recall("00", order=[0, 0]), r"permutation of 0\.\.1\. Got \[0, 0\]"),
        (lambda m: m.recall("00", order=[[0], [1]]), r"permutation of 0\.\.1\. Got \[\[0\], \[1"),
        (lambda m: m.recall("00", clamped=[1, 0]), r"clamped should be booleans"),
        (lambda m: m.recall("00", clamped=[True]), r"Got bool of shape \(1,\)"),
        (lambda m: m.recall("0?", clamped=[True, True]), r"clamped neurons should be known"),
    ]:
        with case(match), pytest.raises(ValueError, match=match):
            call(DenseMemory([[1, -1]]))


def test_type_errors():
    with pytest.raises(TypeError, match=r"separation should be a Separation.*Got 3"):
        DenseMemory([[1, -1]], 3)


def test_engines_agree_where_the_exponential_is_flat(rng):
    patterns = random_patterns(5, 9, rng=rng)
    probes = corrupt(patterns, num_flips=3, rng=rng)
    memory = DenseMemory(patterns, Exponential(1e-20))
    first, second = (
        memory.recall(probes, update="synchronous", engine=engine).states
        for engine in ("numpy", "numba")
    )
    np.testing.assert_array_equal(first, second)
