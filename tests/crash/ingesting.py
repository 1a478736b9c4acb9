"""Processes to be killed, and the instants at which they are."""

from lagesbild.ingest import ingest_files
from lagesbild.workspace import lock, open_workspace
from tests.forked import ForkedContext

# multiples of the golden ratio lie evenly over the time, however many they are
_GOLDEN = 0.618034


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


def make_few_pages():
    """Let this process make a page of each kind only, by workers that are forked too.

    Its time is then its work, and not the loading of libraries.
    """
    from joblib.externals.loky import process_executor

    from lagesbild.publish import plan, products, unchanged

    process_executor.get_context = ForkedContext
    few = products.PRODUCTS[:3]
    products.PRODUCTS = plan.PRODUCTS = unchanged.PRODUCTS = few


def start(what, folder):
    """Start a process and wait until it is about to do what it is for.

    Returns the process and this end of what is told.
    """
    context = ForkedContext()
    here, there = context.Pipe()
    process = context.Process(target=what, args=(folder, there))
    process.start()
    there.close()
    assert here.recv() == "redo"
    return process, here


def kill(process, number, seconds):
    """Kill a process at an instant of the time it takes undisturbed.

    ``number`` says which instant. One that is done by then is whole already.
    """
    process.join(number * _GOLDEN % 1 * seconds)
    process.kill()
    process.join()
