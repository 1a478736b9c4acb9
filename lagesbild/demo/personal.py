"""Personal data that is plainly invented, to be found where none should be.

In: how many. Out: phrases as people slip them into texts, and the datum in each.
Next: ``demo.dirt`` puts them in place texts, ``demo.deliveries`` in free texts.
Telephone numbers are of the series that is kept free for fiction, identity numbers of
the birth numbers 980–989 that are kept for tests, addresses of the domain .example.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

_FIRST = "Testina Exempla Fabelina Provar Påhittar Sagolf Dikta Mallvin Skissa Utkasta"
_LAST = "Testsson Exempelqvist Fabelstam Provgren Påhittlund Sagoberg Mallström"
_KINDS = ("namn", "telefon", "personnummer", "e-post")
_TALK = (
    "Ärendet ringdes in{phrase}.",
    "Kontakta anmälaren{phrase} innan åtgärd.",
    "Boende{phrase} har sett det flera gånger.",
)
_PLAIN = (
    "Behöver åtgärdas.",
    "Foto finns.",
    "Återkommande problem enligt anmälaren.",
    "",
    "",
)


def draw_personal(number: int, rng: np.random.Generator) -> pd.DataFrame:
    """Invent personal data.

    Parameters
    ----------
    number : int
    rng : Generator

    Returns
    -------
    DataFrame
        One row a datum: ``phrase`` (with a leading blank, to put after a text) and
        ``datum``, exactly as it stands in the phrase.
    """
    kind = rng.choice(len(_KINDS), number)
    makers = (_name, _phone, _identity, _email)
    made = [makers[k](rng) for k in kind]
    return pd.DataFrame(made, columns=["phrase", "datum"])


def write_free_texts(number: int, rng: np.random.Generator) -> pd.DataFrame:
    """Free texts of reports, a fifth of them with personal data.

    Returns
    -------
    DataFrame
        One row a text: ``text`` and ``datum`` ("" if it has none).
    """
    has_datum = rng.random(number) < 0.2
    people = draw_personal(number, rng)
    talk = rng.choice(_TALK, number)
    plain = rng.choice(_PLAIN, number)
    texts = [
        told.format(phrase=phrase) if has else calm
        for told, phrase, has, calm in zip(
            talk, people["phrase"], has_datum, plain, strict=True
        )
    ]
    return pd.DataFrame({"text": texts, "datum": people["datum"].where(has_datum, "")})


def _name(rng: np.random.Generator) -> tuple[str, str]:
    name = f"{rng.choice(_FIRST.split())} {rng.choice(_LAST.split())}"
    return f"{rng.choice([' c/o', ' hos', ' av'])} {name}", name


def _phone(rng: np.random.Generator) -> tuple[str, str]:
    last = f"{rng.integers(5, 100):02d}"
    phone = str(rng.choice(["070-174 06 ", "070-17406", "+46 70 174 06 "])) + last
    return f" tel {phone}", phone


def _identity(rng: np.random.Generator) -> tuple[str, str]:
    year, month, day = rng.integers(30, 90), rng.integers(1, 13), rng.integers(1, 29)
    digits = f"{year:02d}{month:02d}{day:02d}{rng.integers(980, 990)}"
    digits += str(_check_digit(digits))
    whole = rng.random() < 0.4
    number = f"19{digits}" if whole else f"{digits[:6]}-{digits[6:]}"
    return f" pnr {number}", number


def _check_digit(nine: str) -> int:
    """The tenth digit of an identity number, by Luhn's rule."""
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(nine)]
    return -sum(n // 10 + n % 10 for n in doubled) % 10


def _email(rng: np.random.Generator) -> tuple[str, str]:
    first, last = rng.choice(_FIRST.split()), rng.choice(_LAST.split())
    plain = f"{first}.{last}".lower().translate(str.maketrans("åäö", "aao"))
    address = f"{plain}@post.example"
    return f" {address}", address
