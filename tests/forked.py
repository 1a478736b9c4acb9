"""Processes forked from one that has loaded the libraries.

The tests start a hundred processes that make pages or take in deliveries. Loading the
libraries costs each of them three seconds, so where there is fork it is done once; in
all else they are as new: no name, file or page of an earlier one is in them.
``test_work`` and ``test_reproducible`` start processes as the program does.
"""

import multiprocessing
import os
from functools import cache
from multiprocessing import context, forkserver, resource_tracker

import lagesbild

LIBRARIES = [
    *("papermill", "geopandas", "altair", "deltalake", "pyarrow"),
    *("IPython.core.completer", "openpyxl", "phonenumbers", "personnummer"),
    *("clevercsv", "scipy.spatial", "lagesbild.publish.engine"),
    *("lagesbild.publish.work", "lagesbild.geocode.place", "lagesbild.ingest"),
    *{f"lagesbild.{home}" for home in lagesbild._HOMES.values()},
    "tests.warm",
]
ENVIRONMENT = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1"}
ENVIRONMENT |= {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
CAN_FORK = "forkserver" in multiprocessing.get_all_start_methods()


@cache
def _serve():
    """Start the process that is forked; its environment is read as Python starts."""
    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    os.environ.update(ENVIRONMENT)
    try:
        forkserver.set_forkserver_preload(LIBRARIES)
        forkserver.ensure_running()
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _serve_from(address):
    """Have a forked process ask the server that it came from, not start another.

    It inherited the server's other half, so the server lives as long as any of them.
    """
    server = forkserver._forkserver
    server._forkserver_address = address
    # the module's own name for it is of the method as it was
    server.ensure_running = forkserver.ensure_running = resource_tracker.ensure_running


if CAN_FORK:

    class ForkedProcess(context.ForkServerProcess):
        """Has the environment of who starts it, as a process has that is not forked."""

        def __init__(self, *args, env=None, **named):
            _serve()
            super().__init__(*args, **named)
            self.environment = dict(os.environ) | (env or {})
            self.server = forkserver._forkserver._forkserver_address

        def run(self):
            _serve_from(self.server)
            os.environ.clear()
            os.environ.update(self.environment)
            super().run()

    class ForkedContext(context.ForkServerContext):
        """What a pool asks for its processes and locks."""

        Process = ForkedProcess
