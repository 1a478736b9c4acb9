"""Effects by hand and against a regression."""

import numpy as np
import pytest

from lagesbild.errors import UsageError
from lagesbild.measure import effects


def test_difference_in_differences_by_hand():
    got = effects.difference_in_differences(100, 50, 80, 80)
    assert got.ratio == pytest.approx(0.5)
    error = np.sqrt(1 / 100 + 1 / 50 + 2 / 80)
    assert got.lower == pytest.approx(0.5 * np.exp(-1.959963984540054 * error))
    assert got.upper == pytest.approx(0.5 * np.exp(1.959963984540054 * error))
    # z = ln 0.5 / 0.23452 = −2.9556
    assert got.p == pytest.approx(0.00312, abs=1e-5)


def test_it_is_the_interaction_of_a_poisson_regression():
    sm = pytest.importorskip("statsmodels.api")
    counts = [37, 21, 55, 60]
    design = np.array([[1, 1, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0], [1, 0, 1, 0]])
    fit = sm.GLM(counts, design, family=sm.families.Poisson()).fit(tol=1e-14)
    got = effects.difference_in_differences(*counts)
    assert np.log(got.ratio) == pytest.approx(fit.params[3], rel=1e-9)
    assert got.p == pytest.approx(fit.pvalues[3], rel=1e-7)
    assert np.log(got.upper) == pytest.approx(fit.conf_int()[3][1], rel=1e-7)


def test_more_variation_than_chance_widens_and_zero_gives_no_ratio():
    plain = effects.difference_in_differences(40, 20, 40, 40)
    wide = effects.difference_in_differences(40, 20, 40, 40, dispersion=4)
    assert wide.ratio == plain.ratio
    assert wide.p > plain.p
    assert np.log(wide.upper / wide.lower) == pytest.approx(
        2 * np.log(plain.upper / plain.lower)
    )
    assert np.isnan(effects.difference_in_differences(4, 0, 9, 9).p)
    for bad in ((-1, 1, 1, 1), (np.nan, 1, 1, 1)):
        with pytest.raises(UsageError):
            effects.difference_in_differences(*bad)


def test_displacement_by_hand():
    # target 100 → 60, buffer 50 → 60, control 200 → 200: half a step back
    got = effects.displacement(100, 60, 50, 60, 200, 200)
    assert got.target == pytest.approx(-0.2)
    assert got.buffer == pytest.approx(0.05)
    assert got.wdq == pytest.approx(-0.25)
    assert effects.displacement(100, 60, 50, 40, 200, 200).wdq > 0


@pytest.mark.parametrize("a1", [100, 130])
def test_no_displacement_from_an_area_that_did_not_improve(a1):
    with pytest.raises(UsageError, match="inte förbättrats"):
        effects.displacement(100, a1, 50, 60, 200, 200)


def test_displacement_needs_a_control_area_with_events():
    with pytest.raises(UsageError):
        effects.displacement(100, 60, 50, 60, 0, 200)
    with pytest.raises(UsageError):
        effects.displacement(100, np.nan, 50, 60, 10, 200)
