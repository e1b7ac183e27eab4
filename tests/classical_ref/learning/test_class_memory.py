import numpy as np
import pytest

from classical_ref import DenseMemory, RectifiedPolynomial
from classical_ref.learning import XOR_PATTERNS, ClassMemory, xor_energy_gap
from classical_ref.learning.dual_network import rectified_power


def random_memory(rng, order, *, scale=1.0, temperature=3.0):
    return ClassMemory(
        pixels=rng.uniform(-1, 1, (7, 12)),
        classes=scale * rng.uniform(-1, 1, (7, 4)),
        order=order,
        temperature=temperature,
    )


@pytest.fixture
def images(rng):
    return rng.uniform(-1, 1, (25, 12))


@pytest.mark.parametrize("order", [2, 3, 10])
def test_fields_are_energy_differences(rng, images, order):
    memory = random_memory(rng, order)
    off = np.hstack([images, -np.ones((25, 4))])
    for chosen in range(4):
        on = off.copy()
        on[:, 12 + chosen] = 1
        gained = memory.energy(off) - memory.energy(on)
        assert np.allclose(memory.fields(images)[:, chosen], gained, rtol=1e-10, atol=1e-12)
    assert np.array_equal(memory.class_units(images), np.tanh(memory.fields(images)))
    assert np.array_equal(memory.classify(images), memory.fields(images).argmax(axis=1))


def test_the_energy_is_that_of_a_dense_memory():
    memory = ClassMemory(
        pixels=XOR_PATTERNS[:, :2], classes=XOR_PATTERNS[:, 2:], order=3, temperature=1.0
    )
    states = np.array([[1, 1, 1], [1, 1, -1], [-1, 1, 1]])
    assert np.array_equal(
        memory.energy(states), DenseMemory(XOR_PATTERNS, RectifiedPolynomial(3)).energy(states)
    )
    # The class unit of a class memory is the third spin, set to the sign of its field.
    units = memory.fields(XOR_PATTERNS[:, :2])[:, 0]
    assert np.array_equal(np.sign(units), XOR_PATTERNS[:, 2])


@pytest.mark.parametrize("order", [2, 3, 20])
def test_the_exact_dual_has_the_same_fields(rng, images, order):
    memory = random_memory(rng, order)
    network = memory.exact_dual()
    assert network.input_weights.shape == (7 * 5, 12)
    assert network.power == order
    scale = np.abs(memory.fields(images)).max()
    assert np.allclose(network.fields(images), memory.fields(images), atol=1e-13 * scale)


@pytest.mark.parametrize("order", [2, 3, 10])
def test_the_dual_is_the_limit_of_small_class_entries(rng, images, order):
    errors = []
    for scale in (1e-2, 1e-3):
        memory = random_memory(np.random.default_rng(1), order, scale=scale)
        exact, linear = memory.fields(images), memory.dual().fields(images)
        errors.append(np.abs(exact - linear).max() / np.abs(exact).max())
    assert errors[1] < 0.2 * errors[0] < 0.04  # the relative error is of first order


def test_the_dual_of_order_two_differs_by_a_class_bias_only(rng, images):
    # Without rectification (h + 2Z)**2 - h**2 = 4 Z h + 4 Z**2: linear in h, plus a constant.
    memory = ClassMemory(
        pixels=rng.uniform(0.5, 1, (7, 12)),
        classes=rng.uniform(-1, 1, (7, 4)),
        order=2,
        temperature=5.0,
    )
    difference = memory.fields(1 + images / 4) - memory.dual().fields(1 + images / 4)
    bias = 4 * (memory.classes**2).sum(axis=0) / 25
    assert np.allclose(difference, bias, atol=1e-12)


def test_effective_memories_count_the_deciding_ones():
    pixels = np.eye(4, 8)
    memory = ClassMemory(pixels=pixels, classes=np.full((4, 1), 0.5), order=2, temperature=1.0)
    one, two = 10 * pixels[0] - 5, 10 * (pixels[0] + pixels[1]) - 5
    probes = np.array([one, two, np.full(8, -5.0)])
    assert np.allclose(memory.effective_memories(probes, [0, 0, 0]), [1, 2, 0])
    assert memory.contributions(probes, [0, 0, 0]).sum(axis=1) == pytest.approx(
        memory.fields(probes)[:, 0]
    )


def test_classes_per_memory():
    memory = ClassMemory(
        pixels=np.zeros((2, 3)), classes=[[1, -1, 0.2], [-1, 0.4, -1]], order=2, temperature=1.0
    )
    assert memory.classes_per_memory().tolist() == [2, 1]
    assert memory.classes_per_memory(threshold=0.3).tolist() == [1, 1]
    assert repr(memory) == (
        "ClassMemory(num_memories=2, num_pixels=3, num_classes=3, order=2, temperature=1.0)"
    )


@pytest.mark.parametrize("power", [0, 1, 2, 7, 30])
def test_rectified_power(power):
    x = np.array([-2.0, 0.0, 0.5, 3.0])
    expected = np.maximum(x, 0) ** power
    assert np.allclose(rectified_power(x, power), expected, rtol=1e-14)


def test_arrays_are_copies_and_locked():
    pixels = np.zeros((2, 3))
    memory = ClassMemory(pixels=pixels, classes=np.zeros((2, 2)), order=2, temperature=1.0)
    pixels[0, 0] = 5
    assert memory.pixels[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        memory.classes[0, 0] = 1


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"pixels": np.zeros(3)}, ValueError, r"\(num_memories, num_pixels\)\. Got shape \(3,\)"),
        ({"classes": np.zeros((3, 2))}, ValueError, r"classes should have shape \(2,"),
        ({"pixels": np.full((2, 3), np.nan)}, ValueError, r"finite\. Got nan or infinity"),
        ({"order": 1}, ValueError, r"order should be in \[2, 1000\]\. Got 1"),
        ({"order": 2.0}, TypeError, r"order should be an integer\. Got 2\.0"),
        ({"temperature": 0.0}, ValueError, r"temperature should be positive and finite\. Got 0"),
    ],
)
def test_errors_of_construction(changes, error, match):
    given = {"pixels": np.zeros((2, 3)), "classes": np.zeros((2, 2)), "order": 2}
    with pytest.raises(error, match=match):
        ClassMemory(**(given | {"temperature": 1.0} | changes))


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda m: m.fields(np.zeros(11)), r"images should have shape \(\.\.\., 12\)\. Got"),
        (lambda m: m.energy(np.zeros(12)), r"states should have shape \(\.\.\., 16\)\. Got"),
        (lambda m: m.fields(np.full(12, np.inf)), r"images should be finite"),
        (
            lambda m: m.contributions(np.zeros(12), [0]),
            r"images should have shape \(num_images, 12\)\.",
        ),
        (lambda m: m.contributions(np.zeros((2, 12)), [0]), r"labels should have shape \(2,\)"),
        (lambda m: m.contributions(np.zeros((1, 12)), [4]), r"below 4 classes\. Got 4"),
        (lambda m: m.dual().fields(np.zeros(3)), r"images should have shape \(\.\.\., 12\)\. Got"),
    ],
)
def test_errors_of_use(rng, call, match):
    with pytest.raises(ValueError, match=match):
        call(random_memory(rng, 2))


@pytest.mark.parametrize("order", range(1, 8))
def test_xor_gaps_are_exact(order):
    assert xor_energy_gap(order) == 3**order - 3
    assert xor_energy_gap(order, rectified=False) == (2 * (3**order - 3) if order % 2 else 0)


def test_xor_gaps_refuse_other_orders():
    with pytest.raises(ValueError, match=r"order should be in \[1, 1000\]\. Got 0"):
        xor_energy_gap(0)
    with pytest.raises(TypeError, match=r"order should be an integer\. Got 2\.5"):
        xor_energy_gap(2.5)
    with pytest.raises(ValueError, match="read-only"):
        XOR_PATTERNS[0, 0] = 1
