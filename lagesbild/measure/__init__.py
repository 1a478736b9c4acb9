"""Counts, rates and change: pure functions, frames in and frames out.

In: incidents, deliveries and reference tables. Out: the cells of a publication.
Next: ``protect``. ``tables`` holds the frame verbs that notebooks use; ``counting``
and ``totals`` what they stand on; ``closed`` the counts that closing freezes;
``rates`` and ``change`` the statistics; ``quality`` the internal quality tables.
"""
