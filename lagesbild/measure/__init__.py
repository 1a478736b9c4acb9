"""Counts, rates, change and what stands out: pure functions, frames in and out.

In: incidents, deliveries and reference tables. Out: the cells of a publication, and
findings. Next: ``protect``. Four kinds of module:

- the verbs that notebooks use: ``tables``; ``findings``, ``effects``, ``survey``
- what they stand on: ``counting``, ``ready``, ``closed``, ``totals``, ``occurred``,
  ``inhabitants``, ``comparing``, ``dispersion``, ``actions``, ``quality``
- statistics of arrays: ``rates``, ``change``, ``trends``, ``signals`` (``glm``),
  ``peers``, ``hotspots``, ``near``, ``aoristic``
- ``history`` and ``graphs``, which they share
"""
