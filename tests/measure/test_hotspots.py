"""Hot spots against esda and by hand."""

import numpy as np
import pandas as pd
import pytest

from lagesbild.errors import ShortHistoryError, UsageError
from lagesbild.measure import hotspots

libpysal = pytest.importorskip("libpysal")
# esda's own example: the points (10,10) (20,10) (40,10) (15,20) (30,20) (30,30)
# within 15 of each other
PAIRS = {0: [1, 3], 1: [0, 3, 4], 2: [4], 3: [0, 1, 4], 4: [1, 2, 3, 5], 5: [4]}
VALUES = [2, 3, 3.2, 5, 8, 7]


def _graph(pairs=PAIRS):
    from libpysal.graph import Graph

    return Graph.from_dicts(pairs)


def _grid(n):
    """Squares of a chess board n × n, with the neighbours a queen reaches."""
    pairs = {}
    for i in range(n * n):
        r, c = divmod(i, n)
        near = [(r + a, c + b) for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b]
        pairs[i] = [a * n + b for a, b in near if 0 <= a < n and 0 <= b < n]
    return _graph(pairs)


def test_gi_star_equals_esdas_published_example():
    got = hotspots.gi_star(pd.Series(VALUES), _graph())
    told = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]
    np.testing.assert_allclose(got["z"], told, atol=1e-8)


def test_gi_star_equals_esda_and_self_neighbours_change_nothing():
    esda = pytest.importorskip("esda")
    values = pd.Series(np.random.default_rng(1).poisson(5, 25).astype(float))
    graph = _grid(5)
    theirs = esda.G_Local(
        values.to_numpy(), graph, transform="B", star=True, permutations=0
    )
    got = hotspots.gi_star(values, graph)
    np.testing.assert_allclose(got["z"], theirs.Zs, rtol=1e-9)
    pd.testing.assert_frame_equal(
        hotspots.gi_star(values, graph.assign_self_weight()), got
    )


def test_values_are_matched_to_the_graph_by_name():
    names = list("abcdef")
    pairs = {names[i]: [names[j] for j in js] for i, js in PAIRS.items()}
    values = pd.Series(VALUES, index=names)
    got = hotspots.gi_star(values[::-1], _graph(pairs))
    assert list(got.index) == names[::-1]
    plain = hotspots.gi_star(pd.Series(VALUES), _graph())["z"]
    np.testing.assert_allclose(got["z"][::-1], plain)
    with pytest.raises(UsageError):
        hotspots.gi_star(values.rename({"a": "x"}), _graph(pairs))


def test_equal_values_and_gaps_have_no_hot_spots():
    assert hotspots.gi_star(pd.Series([4.0] * 6), _graph())["z"].isna().all()
    for measure in (hotspots.gi_star, hotspots.local_moran):
        with pytest.raises(UsageError, match="saknar värde"):
            measure(pd.Series([1, 2, 3, np.nan, 5, 6]), _graph())


def test_local_moran_by_hand():
    # x = 1, 3, 8 in a row: z = −3, −1, 4; variance 26/3
    graph = _graph({0: [1], 1: [0, 2], 2: [1]})
    got = hotspots.local_moran(pd.Series([1.0, 3.0, 8.0]), graph, n_permutations=99)
    np.testing.assert_allclose(got["i"] * 26 / 3, [3, -0.5, -4], rtol=1e-12)


def test_local_moran_is_esdas_times_n_by_n_less_one():
    esda = pytest.importorskip("esda")
    values = pd.Series(np.random.default_rng(2).poisson(5, 25).astype(float))
    graph = _grid(5)
    theirs = esda.Moran_Local(values.to_numpy(), graph, permutations=0)
    got = hotspots.local_moran(values, graph, n_permutations=99)
    np.testing.assert_allclose(got["i"], theirs.Is * 25 / 24, rtol=1e-9)


def test_local_moran_finds_the_warm_corner_and_is_the_same_each_time():
    rng = np.random.default_rng(3)
    values = pd.Series(rng.poisson(4, 100).astype(float))
    corner = [0, 1, 2, 10, 11, 12, 20, 21, 22]
    values[corner] += 25
    got = hotspots.local_moran(values, _grid(10))
    hot = got.index[got["cluster"] == "hög bland höga"]
    assert {0, 1, 10, 11} <= set(hot) <= set(corner)
    again = hotspots.local_moran(values, _grid(10))
    pd.testing.assert_frame_equal(got, again)


def test_local_moran_calls_few_places_clusters_where_there_are_none():
    rng = np.random.default_rng(4)
    n = [
        (hotspots.local_moran(pd.Series(rng.random(36)), _grid(6))["p"] < 0.05).sum()
        for _ in range(30)
    ]
    assert 0.02 < np.sum(n) / (30 * 36) < 0.08


def test_an_island_is_no_cluster():
    got = hotspots.local_moran(
        pd.Series([1.0, 3.0, 8.0, 20.0]), _graph({0: [1], 1: [0, 2], 2: [1], 3: []})
    )
    assert got.loc[3, "i"] == 0
    assert np.isnan(got.loc[3, "p"])
    assert got.loc[3, "cluster"] == "ingen"


@pytest.mark.parametrize(
    "hot,word",
    [  # ten quarters, the last two recent
        ("1111111100", "bestående"),
        ("1111111000", "tidigare"),
        ("1111111010", "bestående"),
        ("0000000011", "ny"),
        ("0000000001", "återkommande"),
        ("1000000011", "återkommande"),
        ("1000000000", "tidigare"),
        ("1010000001", "återkommande"),
        ("0000000000", "ingen"),
    ],
)
def test_classes_by_hand(hot, word):
    p = pd.DataFrame([[0.01 if x == "1" else 0.5 for x in hot]])
    assert hotspots.classify(p).tolist() == [word]


def test_classes_need_eight_quarters_that_were_delivered():
    p = pd.DataFrame(np.full((3, 9), 0.5))
    p.iloc[:, 0] = np.nan
    assert hotspots.classify(p).tolist() == ["ingen"] * 3
    p.iloc[:, 1] = np.nan
    with pytest.raises(ShortHistoryError, match="har 7, behöver 8 kvartal"):
        hotspots.classify(p)


def test_hot_p_is_of_heat_alone_and_missing_where_a_place_is():
    counts = pd.DataFrame({"2026-K1": [0.0] * 99 + [80.0], "2026-K2": [1.0] * 100})
    counts.loc[0, "2026-K2"] = np.nan
    got = hotspots.hot_p(counts, _grid(10))
    assert got.loc[99, "2026-K1"] < 0.001
    assert got.loc[0, "2026-K1"] > 0.5
    assert got["2026-K2"].isna().all()


def test_most_loaded_places_beside_chance():
    counts = pd.Series([50] + [1] * 39)
    got = hotspots.most_loaded(counts)
    assert (got["n_places"], got["n_events"]) == (2, 89)
    assert got["share_of_events"] == pytest.approx(51 / 89)
    assert 0.05 < got["expected"] < 0.2
    assert np.isnan(hotspots.most_loaded(pd.Series([0, 0]))["share_of_events"])
