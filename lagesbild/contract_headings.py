"""The words in files that people edit, and our names for the same columns.

In: nothing. Out: ``HEADINGS``, by table. Used through ``contracts``.
"""

from __future__ import annotations

# Swedish headings of files that an analyst edits → our column names.
HEADINGS = {
    "areas": {
        "omrade_id": "area_id",
        "namn": "name",
        "kommundel": "district",
        "slag": "kind",
    },
    "population": {"omrade_id": "area_id", "ar": "year", "antal": "n_inhabitants"},
    "addresses": {
        "adress_id": "address_id",
        "gatuadress": "street",
        "husnummer": "house_number",
        "bokstav": "letter",
        "postnummer": "postcode",
        "postort": "locality",
        "kommundel": "district",
        "e": "easting_m",
        "n": "northing_m",
    },
    "places": {
        "plats_id": "place_id",
        "namn": "name",
        "alias": "aliases",
        "e": "easting_m",
        "n": "northing_m",
    },
}
