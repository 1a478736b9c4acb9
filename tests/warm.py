"""What every forked process would do first, done once in the one they are forked from.

Holds nothing of any municipality: contracts, categories, the form of a notebook.
``forked`` has it imported there. Nothing here may start a thread: none is forked.
"""

import nbformat
from nbformat.v4 import new_notebook

from lagesbild import contracts, offences

for table in contracts._TABLES:
    contracts.check(contracts.empty(table), table)
offences.load_categories()
nbformat.validate(new_notebook())
