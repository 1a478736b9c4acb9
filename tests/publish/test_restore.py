"""A notebook that leaves all it can leaves nothing to the next."""

import difflib
import gc
import os
import warnings

import pytest

from lagesbild.publish import execute, restore
from tests.publish.conftest import write_notebook

POISON = """
import builtins, decimal, json, locale, logging, os, random, socket, sys, time, warnings
import altair as alt
import geopandas as gpd
import numpy as np
import pandas as pd
import lagesbild as lb
from lagesbild import present
from lagesbild.present import swedish
from lagesbild.protect.published import Publication
import beside_the_notebook

left_behind = 1
os.environ["LAGESBILD_POISON"] = "1"
os.environ.pop("PATH", None)
os.environ["TZ"] = "Asia/Tokyo"
if hasattr(time, "tzset"):
    time.tzset()
os.chdir(sys.prefix)
pd.set_option("display.max_rows", 3)
pd.set_option("display.precision", 1)
pd.set_option("mode.chained_assignment", None)
pd.DataFrame.poison = lambda self: "förgiftad"
pd.DataFrame.to_dict = lambda self, *_, **__: {}
pd.concat = None
np.seterr(all="ignore")
np.set_printoptions(precision=1)
np.random.seed(1)
random.seed(1)
alt.renderers.enable("svg")
alt.data_transformers.disable_max_rows()
alt.theme.enable("dark")
alt.Chart().properties(title="x").to_dict(validate=False)
decimal.getcontext().prec = 3
locale.setlocale(locale.LC_ALL, "C")
logging.getLogger().setLevel(1)
logging.disable(50)
socket.setdefaulttimeout(0.1)
sys.path.insert(0, "/finns/inte")
sys.argv.append("--nej")
sys.setrecursionlimit(5000)
sys.displayhook = print
sys.excepthook = print
sys.stdout = open(os.devnull, "w")
warnings.simplefilter("ignore")
builtins.sum = max
builtins.poison = 1
json.dumps = str
lb.show_table = print
present.show_map = print
swedish.number = str
Publication.poison = 1
get_ipython().display_formatter.ipython_display_formatter.for_type(int, print)
get_ipython().set_custom_exc((Exception,), lambda *_: None)
get_ipython().events.register("post_run_cell", print)
del sys.modules["lagesbild.period"]
sys.modules["colorsys"] = None
"""
ASK = """
import builtins, decimal, json, locale, logging, os, random, socket, sys, time, warnings
import altair as alt
import numpy as np
import pandas as pd
import lagesbild as lb
from lagesbild.present import swedish

options = {n: str(pd.get_option(n)) for n in ("display.max_rows", "display.precision")}
{
    "names": sorted(n for n in globals() if n == "left_behind"),
    "environ": sorted(os.environ.items()), "tz": time.tzname, "cwd": os.getcwd(),
    "pandas": options, "frame": [hasattr(pd.DataFrame, "poison"), pd.concat is None],
    "dict": pd.DataFrame({"a": [1.23456]}).to_dict(), "shown": repr(pd.Series([1.234])),
    "numpy": [np.geterr(), np.get_printoptions()["precision"], np.random.random()],
    "random": random.random(), "altair": [alt.renderers.active, alt.theme.active],
    "rows": alt.data_transformers.options, "decimal": decimal.getcontext().prec,
    "chart": alt.Chart("a.csv").mark_bar().add_params(alt.selection_point()).to_json(),
    "locale": locale.setlocale(locale.LC_ALL), "socket": socket.getdefaulttimeout(),
    "logging": [logging.getLogger().level, logging.getLogger().manager.disable],
    "sys": [sys.path, sys.argv, sys.getrecursionlimit(), sys.excepthook is print],
    "filters": [str(f) for f in warnings.filters], "sum": sum([1, 2]),
    "builtins": hasattr(builtins, "poison"), "json": json.dumps({"a": 1}),
    "lb": [f.__module__ for f in (lb.show_table, lb.present.show_map, swedish.number)],
    "class": hasattr(lb.publication.Publication, "poison"),
    "mine": "beside_the_notebook" in sys.modules,
    "period": "lagesbild.period" in sys.modules,
}
"""


def _texts(tmp_path, code):
    file = tmp_path / "02_prov.ipynb"
    write_notebook(file, code, ("cycle",))
    done = execute.execute(file, {"cycle": "2026-K3"}, tmp_path / "ut.ipynb")
    return [output["data"]["text/plain"] for output in done.cells[-1].outputs]


def test_a_notebook_that_leaves_all_it_can_leaves_nothing(tmp_path):
    execute.load_libraries()
    (tmp_path / "beside_the_notebook.py").write_text("x = 1\n", encoding="utf-8")
    before = _texts(tmp_path, ASK)
    with warnings.catch_warnings():  # the poison's own fault, not the test's
        warnings.simplefilter("ignore")
        _texts(tmp_path, POISON)
    after = _texts(tmp_path, ASK)
    assert list(difflib.unified_diff(before[0].split("\n"), after[0].split("\n"))) == []
    assert "'left_behind'" not in before[0] and "'sum': 3" in before[0]
    assert "förgiftad" not in str(after)


def test_what_a_notebook_held_is_let_go(tmp_path):
    execute.load_libraries()
    code = "class LeftBehind: pass\nheld = LeftBehind()\n'klar'"
    assert _texts(tmp_path, code) == ["'klar'"]
    gc.collect()
    assert not [o for o in gc.get_objects() if type(o).__name__ == "LeftBehind"]


def test_what_is_restored_is_restored_also_after_a_fault():
    with pytest.raises(ZeroDivisionError), restore.restoring():
        os.environ["LAGESBILD_POISON"] = "1"
        raise ZeroDivisionError
    assert "LAGESBILD_POISON" not in os.environ
