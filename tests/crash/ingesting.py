"""Processes that take in deliveries, to be killed: forked from one that has loaded all.

Loading the libraries takes longer than what is to be killed, so it is done once.
"""

import multiprocessing

from lagesbild.ingest import ingest_files
from lagesbild.workspace import lock, open_workspace

LIBRARIES = [
    "lagesbild.ingest",
    "lagesbild.geocode.place",
    "lagesbild.read.reference",
    "geopandas",
    "openpyxl",
    "phonenumbers",
    "personnummer",
    "clevercsv",
    "scipy.spatial",
]


def ingest(folder, told):
    """Take in what waits; says when it begins and when it is done."""
    ws = open_workspace(folder)
    told.send("redo")
    ingest_files(ws)
    told.send("klar")


def hold(folder, told):
    """Keep the workspace locked until told to let go."""
    with lock(open_workspace(folder)):
        told.send("redo")
        told.recv()


def start(what, folder):
    """Start a process and wait until it is about to do what it is for.

    Returns the process and this end of what is told.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LIBRARIES)
    here, there = context.Pipe()
    process = context.Process(target=what, args=(folder, there))
    process.start()
    there.close()
    assert here.recv() == "redo"
    return process, here
