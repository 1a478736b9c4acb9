"""Anybody's table: totals, what is hidden, and an audit that knows only what is shown.

The tables t1, t3 and t5 of ../shared/data/sdc hold the totals and the choice of R's
GaussSuppression, so that both the sums and the number hidden are checked from outside.
"""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lagesbild.errors import ProtectError, RegisterError, UsageError
from lagesbild.protect import audit, search, suppress

SDC = Path(__file__).parents[3] / "shared" / "data" / "sdc"
needs_tables = pytest.mark.skipif(
    not SDC.is_dir(), reason="../shared/data/sdc is not beside the project"
)
COLUMNS = ["dim", "hier", "parent", "child"]
TREES = pd.DataFrame(
    [
        *(("omrade", "h", "Totalt", name) for name in ("N", "S")),
        *(("omrade", "h", "N", name) for name in ("O1", "O2")),
        *(("omrade", "h", "S", name) for name in ("O3", "O4")),
        *(("brott", "h", "Totalt", name) for name in ("k1", "k2", "k3")),
    ],
    columns=COLUMNS,
)
DIMS = ["omrade", "brott"]
AREAS, CRIMES = ("O1", "O2", "O3", "O4"), ("k1", "k2", "k3")
LARGE = [[10, 20, 30], [40, 50, 60], [70, 80, 90], [9, 8, 7]]
ONE_SMALL = [[3, 20, 30], *LARGE[1:]]


def make_inner(counts):
    frame = pd.DataFrame(itertools.product(AREAS, CRIMES), columns=DIMS)
    return frame.assign(antal=np.asarray(counts).ravel())


def check(out, hierarchy=TREES, dims=DIMS):
    return audit(out, hierarchy, dims=dims, count="antal")


def run(counts, **rules):
    inner = counts if isinstance(counts, pd.DataFrame) else make_inner(counts)
    return suppress(inner, TREES, dims=DIMS, count="antal", **rules)


def read(name):
    inner = pd.read_csv(SDC / f"{name}_inner.csv")
    dims = [column for column in inner if column != "antal"]
    hierarchy = pd.read_csv(SDC / f"{name}_hier.csv")
    return inner, hierarchy, dims, pd.read_csv(SDC / f"{name}_gauss.csv")


def count_singletons(out, hierarchy, dims):
    """Shown totals under which just two parts are hidden, a 1 and a small one.

    ``out`` has the true counts in ``true``.
    """
    cells = out.set_index(dims)["status"]
    pairs = 0
    for (dim, _, parent), family in hierarchy.groupby(["dim", "hier", "parent"]):
        others = [name for name in dims if name != dim]
        parts = out[out[dim].isin(family["child"])]
        for key, group in parts.groupby(others):
            where = dict(zip(others, key, strict=True)) | {dim: parent}
            total = tuple(where[name] for name in dims)
            if total not in cells.index or len(group) < len(family):
                continue
            hidden = sorted(group.loc[group["status"] != "visad", "true"])
            if cells[total] == "visad" and len(hidden) == 2:
                pairs += hidden[0] == 1 and hidden[1] < 5
    return pairs


@needs_tables
@pytest.mark.parametrize(
    ("name", "singleton", "most"),
    [("t1", True, 22), ("t5", True, 4), ("t3", False, 120), ("t3", True, 126)],
)
def test_the_shared_tables_hide_no_more_than_is_needed(name, singleton, most):
    inner, hierarchy, dims, gauss = read(name)
    out = suppress(
        inner,
        hierarchy,
        dims=dims,
        count="antal",
        cells=gauss[dims] if name == "t3" else None,
        singleton=singleton,
        time_limit=200,
    )
    assert out.attrs["n_hidden"] == out.attrs["n_least"] == most
    both = out.merge(gauss, on=dims, validate="1:1", suffixes=("", "_true"))
    assert len(both) == len(gauss) == len(out)
    shown = both["status"] == "visad"
    assert (both.loc[shown, "antal"] == both.loc[shown, "antal_true"]).all()
    assert (both["status"].eq("primar") == both["primary"]).all()
    assert check(out, hierarchy, dims).empty
    if singleton:
        both["true"] = both["antal_true"]
        assert count_singletons(both, hierarchy, dims) == 0


@needs_tables
def test_the_audit_finds_what_gauss_leaves_too_narrow():
    """Two of its hidden cells in t3 span only 2."""
    _, hierarchy, dims, gauss = read("t3")
    gauss["antal"] = gauss["antal"].mask(gauss["suppressed"])
    found = check(gauss, hierarchy, dims)
    assert (found["high"] - found["low"]).round(3).tolist() == [2, 2]


@needs_tables
def test_any_secondary_cell_shown_lets_something_be_worked_out():
    """t1 is proved to hide the fewest: without one of them it cannot be safe."""
    inner, hierarchy, dims, gauss = read("t1")
    out = suppress(
        inner, hierarchy, dims=dims, count="antal", singleton=False, time_limit=60
    )
    assert out.attrs["n_hidden"] == out.attrs["n_least"] == 21
    true = out[dims].merge(gauss, on=dims)["antal"]
    secondary = out.index[out["status"] == "sekundar"]
    assert len(secondary)
    for row in secondary:
        told = out.copy()
        told.loc[row, "antal"] = true[row]
        assert not check(told, hierarchy, dims).empty


def test_every_total_is_there_and_is_the_sum():
    out = run(LARGE)
    cells = out.set_index(DIMS)["antal"]
    assert len(out) == 7 * 4
    assert cells["N", "k1"] == 50 and cells["S", "Totalt"] == 264
    assert cells["Totalt", "Totalt"] == 474
    assert set(out["status"]) == {"visad"}
    assert out.attrs == {"n_hidden": 0, "n_least": 0}


def test_what_is_absent_is_zero_and_zeros_are_shown_unless_protected():
    inner = make_inner([[10, 0, 30], *LARGE[1:]])
    pd.testing.assert_frame_equal(run(inner), run(inner[inner["antal"] > 0]))
    assert run(inner).set_index(DIMS).loc[("O1", "k2"), "antal"] == 0
    hidden = run(inner, protect_zeros=True).set_index(DIMS)
    assert hidden.loc[("O1", "k2"), "status"] == "primar"
    assert hidden["antal"].isna().sum() >= 4


@pytest.mark.parametrize(("count", "status"), [(4, "primar"), (5, "visad")])
def test_the_threshold_from_both_sides(count, status):
    out = run([[count, 20, 30], *LARGE[1:]]).set_index(DIMS)
    assert out.loc[("O1", "k1"), "status"] == status


def test_the_grand_total_is_shown_while_others_can_carry_it():
    out = run(np.full((4, 3), 3)).set_index(DIMS)
    assert out.loc[("Totalt", "Totalt"), "status"] == "visad"
    assert out["antal"].isna().sum() >= 12


def test_only_the_cells_asked_for_come_out_and_are_known():
    cells = pd.DataFrame({"omrade": ["O1", "N", "Totalt"], "brott": "k1"})
    out = run(ONE_SMALL, cells=cells)
    assert set(map(tuple, out[DIMS].to_numpy())) == {
        ("N", "k1"),
        ("O1", "k1"),
        ("Totalt", "k1"),
    }
    # O2 is not published, so that nothing gives O1 away
    assert out["status"].value_counts().to_dict() == {"visad": 2, "primar": 1}
    assert check(out).empty


def test_a_parent_of_one_child_is_hidden_with_it():
    rows = [("Totalt", "N"), ("Totalt", "O3"), ("Totalt", "O4"), ("N", "O1")]
    trees = pd.DataFrame([("omrade", "h", *row) for row in rows], columns=COLUMNS)
    inner = pd.DataFrame({"omrade": ["O1", "O3", "O4"], "antal": [2, 30, 40]})
    out = suppress(inner, trees, dims=["omrade"], count="antal").set_index("omrade")
    assert out.loc["N", "status"] == out.loc["O1", "status"] == "primar"
    assert check(out.reset_index(), trees, ["omrade"]).empty


def test_two_trees_over_one_dimension_are_both_protected():
    second = [
        ("omrade", "lpo", "Totalt", "L1"),
        ("omrade", "lpo", "Totalt", "L2"),
        *(("omrade", "lpo", "L1", name) for name in ("O1", "O3")),
        *(("omrade", "lpo", "L2", name) for name in ("O2", "O4")),
    ]
    trees = pd.concat([TREES, pd.DataFrame(second, columns=COLUMNS)])
    out = suppress(make_inner(ONE_SMALL), trees, dims=DIMS, count="antal")
    assert check(out, trees).empty
    one_tree = run(ONE_SMALL)
    assert out.attrs["n_hidden"] > one_tree.attrs["n_hidden"]
    # the choice for one tree alone would tell the small cell through the other
    told = out[DIMS].merge(run(LARGE, threshold=1), on=DIMS, how="left")
    assert told["antal"].isna().sum() == 8  # L1 and L2 with every crime


counts = arrays(np.int64, (4, 3), elements=st.integers(0, 12))


@settings(max_examples=30, deadline=None)
@given(counts, st.booleans(), st.booleans())
def test_every_output_passes_the_audit(numbers, singleton, is_quick):
    inner = make_inner(numbers)
    out = run(inner, singleton=singleton, time_limit=None if is_quick else 20)
    assert check(out).empty
    assert out.attrs["n_least"] <= out.attrs["n_hidden"]
    small = inner.loc[inner["antal"].between(1, 4), DIMS]
    assert (small.merge(out, on=DIMS)["status"] == "primar").all()


@settings(max_examples=15, deadline=None)
@given(counts)
def test_without_a_time_limit_the_same_bytes_every_time(numbers):
    one, two = (run(numbers, time_limit=None).to_csv() for _ in range(2))
    assert one == two


def go_through(numbers):
    """The fewest hidden cells of a two by two table, from every choice and world.

    The grand total stays shown, as it does in what is tested.
    """
    cells = [
        lambda w: w.sum(axis=(0, 1)),
        *(lambda w, k=k: w[:, k].sum(axis=0) for k in (0, 1)),
        *(lambda w, k=k: w[k].sum(axis=0) for k in (0, 1)),
        *(lambda w, a=a, b=b: w[a, b] for a in (0, 1) for b in (0, 1)),
    ]
    truth = np.array([cell(numbers[..., None])[0] for cell in cells])
    worlds = np.indices((int(truth[0]) + 1,) * 4).reshape(2, 2, -1)
    every = np.array([cell(worlds) for cell in cells])
    every = every[:, every[0] == truth[0]]
    small = (truth >= 1) & (truth < 5)
    others = [k for k in range(1, 9) if not small[k]]
    for size in range(len(others) + 1):
        for extra in itertools.combinations(others, size):
            hidden = small.copy()
            hidden[list(extra)] = True
            agrees = (every[~hidden] == truth[~hidden, None]).all(axis=0)
            kept = every[:, agrees]
            if (kept.max(axis=1) - kept.min(axis=1))[hidden].min(initial=9) >= 3:
                return int(hidden.sum())
    return None


@settings(max_examples=25, deadline=None)
@given(arrays(np.int64, (2, 2), elements=st.integers(0, 6)))
def test_no_choice_hides_fewer_by_brute_force(numbers):
    if numbers.sum() < 5:  # the grand total itself is small
        return
    rows = [("omrade", "h", "Totalt", f"O{k}") for k in (1, 2)]
    rows += [("brott", "h", "Totalt", f"k{k}") for k in (1, 2)]
    inner = pd.DataFrame(itertools.product(("O1", "O2"), ("k1", "k2")), columns=DIMS)
    out = suppress(
        inner.assign(antal=numbers.ravel()),
        pd.DataFrame(rows, columns=COLUMNS),
        dims=DIMS,
        count="antal",
        singleton=False,
        time_limit=20,
    )
    fewest = go_through(numbers)
    if fewest is not None:
        assert out.attrs["n_hidden"] == out.attrs["n_least"] == fewest


def test_two_publications_are_read_together():
    out, true = run(ONE_SMALL), run(ONE_SMALL, threshold=1)
    assert check([out, out]).empty
    secondary = out.index[out["status"] == "sekundar"]
    other = out.copy()
    other.loc[secondary[0], "antal"] = true.loc[secondary[0], "antal"]
    assert "kan räknas ut" in set(check([out, other])["reason"])


def test_a_small_count_shown_and_a_revised_figure_are_found():
    true = run(np.full((4, 3), 9), threshold=1)
    assert check(true).empty
    revised = true.assign(antal=true["antal"] + 1)
    assert set(check([true, revised])["reason"]) == {"olika tal i två publiceringar"}
    small = run(np.full((4, 3), 4), threshold=1)
    assert set(check(small)["reason"]) == {"litet antal visas"}


def test_counts_that_cannot_all_be_true_are_refused():
    true = run(np.full((4, 3), 9), threshold=1)
    top = (true["omrade"] == "Totalt") & (true["brott"] == "Totalt")
    wrong = true.assign(antal=true["antal"] + top.astype(int))
    with pytest.raises(ProtectError):
        check(wrong)
    wrong.loc[wrong["brott"] != "Totalt", "antal"] = pd.NA
    with pytest.raises(ProtectError):
        check(wrong)


RING = pd.DataFrame([("omrade", "h", "O1", "N")], columns=COLUMNS)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda inner, trees: (inner.drop(columns="antal"), trees), UsageError),
        (lambda inner, trees: (inner, trees.drop(columns="hier")), UsageError),
        (lambda inner, trees: (inner.assign(antal=-1), trees), RegisterError),
        (lambda inner, trees: (inner.assign(antal=1.5), trees), RegisterError),
        (lambda inner, trees: (pd.concat([inner, inner]), trees), RegisterError),
        (lambda inner, trees: (inner.head(1).assign(brott="k9"), trees), RegisterError),
        (lambda inner, trees: (inner.head(1).assign(omrade="N"), trees), RegisterError),
        (lambda inner, trees: (inner, trees.iloc[:-1]), RegisterError),
        (lambda inner, trees: (inner, trees.iloc[1:]), RegisterError),
        (lambda inner, trees: (inner, pd.concat([trees, RING])), RegisterError),
    ],
)
def test_a_table_or_tree_out_of_form_is_refused_without_its_values(change, error):
    inner, trees = change(make_inner(LARGE), TREES)
    with pytest.raises(error) as told:
        suppress(inner, trees, dims=DIMS, count="antal")
    assert "k9" not in str(told.value)


# --- any trees ----------------------------------------------------------------------


def grow(names, dim, tree, fork, chance):
    """A tree over the leaves, of random depth, that may hold only children."""
    rows, level, n_nodes = [], list(names), 0
    while len(level) > 1 and fork < 99:
        groups, level_above = [], []
        while level:
            take = int(chance.integers(1, fork + 1))
            groups.append(level[:take])
            level = level[take:]
        if len(groups) == 1:
            level = groups[0]
            break
        for group in groups:
            n_nodes += 1
            level_above.append(f"{dim}{tree}{n_nodes}")
            rows += [(dim, tree, level_above[-1], child) for child in group]
        level = level_above
        fork += 1
    return rows + [(dim, tree, "Totalt", child) for child in level]


@st.composite
def tables(draw):
    """A small table of two or three dimensions with random trees, most counts low."""
    chance = np.random.default_rng(draw(st.integers(0, 2**31)))
    sizes = draw(st.sampled_from([(4, 3), (6, 3), (3, 2, 2), (7, 2)]))
    dims = ["omrade", "brott", "kvartal"][: len(sizes)]
    leaves = [
        [f"{dim[0]}{k}" for k in range(n)] for dim, n in zip(dims, sizes, strict=False)
    ]
    trees = []
    for dim, names in zip(dims, leaves, strict=True):
        trees += grow(names, dim, "h", 2, chance)
    if draw(st.booleans()):
        trees += grow(chance.permutation(leaves[0]).tolist(), "omrade", "i", 3, chance)
    inner = pd.DataFrame(itertools.product(*leaves), columns=dims)
    counts = chance.negative_binomial(0.6, 0.1, len(inner))
    hierarchy = pd.DataFrame(trees, columns=COLUMNS)
    return inner.assign(antal=counts), hierarchy, dims


@settings(max_examples=10, deadline=None)
@given(tables(), st.booleans(), st.sampled_from([None, 20]), st.sampled_from([0, 1000]))
def test_every_output_of_any_trees_passes_the_audit(table, singleton, seconds, exact):
    inner, hierarchy, dims = table
    arguments = {
        "dims": dims,
        "count": "antal",
        "singleton": singleton,
        "time_limit": seconds,
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "EXACT", exact)  # 0: in the way of large tables
        out = suppress(inner, hierarchy, **arguments)
    assert check(out, hierarchy, dims).empty
    assert out.attrs["n_least"] <= out.attrs["n_hidden"]
    true = suppress(inner, hierarchy, dims=dims, count="antal", threshold=1)
    out["true"] = true["antal"]
    assert (out["status"] == "primar").eq(out["true"].between(1, 4)).all()
    shown = out["status"] == "visad"
    assert (out.loc[shown, "antal"] == out.loc[shown, "true"]).all()
    if singleton:
        assert count_singletons(out, hierarchy, dims) == 0


@settings(max_examples=4, deadline=None)
@given(tables())
def test_where_the_fewest_is_proved_no_secondary_cell_can_be_shown(table):
    inner, hierarchy, dims = table
    arguments = {"dims": dims, "count": "antal", "singleton": False, "time_limit": 20}
    out = suppress(inner, hierarchy, **arguments)
    if out.attrs["n_hidden"] > out.attrs["n_least"]:
        return
    true = suppress(inner, hierarchy, dims=dims, count="antal", threshold=1)["antal"]
    for row in out.index[out["status"] == "sekundar"][:6]:
        told = out.copy()
        told.loc[row, "antal"] = true[row]
        assert not check(told, hierarchy, dims).empty


def test_a_large_table_is_safe_and_near_the_bound():
    """3,146 cells, most of them zero, in the way of large tables."""
    chance = np.random.default_rng(11)
    sizes = {"omrade": 18, "brott": 9, "kvartal": 8}
    leaves = {dim: [f"{dim[0]}{k}" for k in range(n)] for dim, n in sizes.items()}
    trees = []
    for dim, fork in (("omrade", 6), ("brott", 3), ("kvartal", 4)):
        for k, name in enumerate(leaves[dim]):
            group = f"{dim}{k // fork}"
            trees.append((dim, "h", group, name))
        groups = dict.fromkeys(row[2] for row in trees if row[0] == dim)
        trees += [(dim, "h", "Totalt", group) for group in groups]
    hierarchy = pd.DataFrame(trees, columns=COLUMNS)
    inner = pd.DataFrame(itertools.product(*leaves.values()), columns=list(leaves))
    weights = np.multiply.outer(chance.lognormal(0, 1, 18), chance.lognormal(0, 1, 9))
    inner["antal"] = chance.poisson(np.repeat(0.5 * weights.ravel(), 8))
    dims = list(leaves)
    out = suppress(inner, hierarchy, dims=dims, count="antal", time_limit=20)
    assert len(out) == 22 * 13 * 11
    assert check(out, hierarchy, dims).empty
    assert out.attrs["n_hidden"] <= 1.1 * out.attrs["n_least"]
