import numpy as np
import pytest

from qdenseam.plots.power_laws import fitted_power_law, plot_power_laws
from qdenseam.plots.style import new_figure


def test_a_power_law_is_found_without_error():
    x = 2.0 ** np.arange(3, 9)
    law = fitted_power_law(x, 3 * x**0.5)
    assert law.exponent == pytest.approx(0.5)
    assert law.scale == pytest.approx(3)
    assert law.error == pytest.approx(0, abs=1e-7)


@pytest.mark.statistical
def test_the_standard_error_covers_the_exponent(rng):
    x = 2.0 ** np.arange(2, 42)
    law = fitted_power_law(x, x**0.7 * np.exp(0.1 * rng.standard_normal(40)))
    # Student's t with 38 degrees of freedom: beyond 9 standard errors once in 10^9
    assert abs(law.exponent - 0.7) < 9 * law.error
    assert law.estimate.low < law.exponent < law.estimate.high < law.exponent + 2.1 * law.error
    assert law.error == pytest.approx(0.1 / (np.log(x).std() * 40**0.5), rel=0.75)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([1, 2], [1, 2], "at least three distinct x"),
        ([1, 1, 2], [1, 2, 3], "at least three distinct x"),
        ([1, 2, 4], [1, 2], r"Got \(3,\) and \(2,\)"),
        ([1, 2, 4], [1, 0, 2], "should be positive"),
    ],
)
def test_what_has_no_power_law_is_refused(x, y, message):
    with pytest.raises(ValueError, match=message):
        fitted_power_law(x, y)


def test_points_are_the_costs_and_the_labels_carry_the_slopes():
    figure, axes = new_figure(1, 1, size=(4, 3))
    loads = 4.0 ** np.arange(1, 6)
    costs = {"measure": loads, "amplified": np.where(loads < 10, 9.0, loads**0.5)}
    ax = plot_power_laws(costs, loads, ax=axes[0, 0], fit_from=16, baseline="measure")
    measure, line_1, amplified, line_2 = ax.get_lines()
    assert np.array_equal(measure.get_ydata(), loads)
    assert measure.get_markerfacecolor() == "white"
    assert measure.get_label() == "measure: slope 1.000 ± 0.000"
    assert np.allclose(line_1.get_ydata(), loads[1:])
    assert amplified.get_ydata()[0] == 9
    assert amplified.get_label() == "amplified: slope 0.500 ± 0.000"
    assert np.allclose(line_2.get_ydata(), loads[1:] ** 0.5)
    figure.canvas.draw()
