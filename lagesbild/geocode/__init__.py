"""Place text → point → area, or a rejection with its reason.

In: reports of the contract and the reference tables. Out: placements of the contract.
``words`` splits a text into tokens, ``gazetteer`` is what the municipality's own
registers call things, ``parse`` says what a text holds, ``match`` decides,
``place`` does it for a whole frame. Next room: link.
"""
