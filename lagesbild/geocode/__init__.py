"""Place text → point → area, or a rejection with its reason.

In: reports of the contract and the reference tables. Out: placements of the contract.
``gazetteer`` is what the municipality's own registers call things (``names`` and
``short``: however they are written). ``words``, ``marks`` and ``numbers`` read a text,
``parse`` says what it holds, ``locality``, ``similar``, ``houses`` and ``match``
decide. ``texts`` does it for many, ``place`` for reports, ``command`` for a file;
``aliases`` is what the analyst says that a text means. Next room: link.
"""
