"""Where the tables lie: [store] of kommun.toml, and faults of a bucket in words.

In: nothing. Out: strict settings, the options that reach a bucket, and a sentence in
Swedish for what its server said. Keys are never settings: they are read from the
environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) by the library that uses them.
Used by ``workspace``, which reads the settings, and by ``stored_form``.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_BUCKET = r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"
_PART = r"[A-Za-z0-9_-][A-Za-z0-9_.-]*"  # never "..", a blank or a sign of an address
_URI = re.compile(rf"s3://{_BUCKET}(/{_PART})+")
# Of one request: longer waits would leave a user before a screen that says nothing.
LIMITS = {"connect_timeout": "5s", "timeout": "60s"}
LIMITS |= {"max_retries": "3", "retry_timeout": "60s"}


class StoreSettings(BaseModel):
    """Where the Delta tables lie; without ``uri`` in lager/ on the disk.

    ``endpoint`` is the server of the bucket, None for Amazon's own. ``allow_http`` is
    for a server on this very computer, and for no other.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    uri: str | None = None
    endpoint: str | None = None
    region: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")] | None = None
    allow_http: bool = False

    @property
    def is_remote(self) -> bool:
        """Whether the tables lie in a bucket."""
        return self.uri is not None

    @field_validator("uri")
    @classmethod
    def _a_prefix_of_a_bucket(cls, uri: str | None) -> str | None:
        if uri is not None and not _URI.fullmatch(uri):
            raise ValueError(
                "skriv s3://hink/prefix, med bokstäver a–z, siffror, bindestreck och "
                "punkt; en mapp på disken skrivs inte här"
            )
        return uri

    @field_validator("endpoint")
    @classmethod
    def _a_server(cls, endpoint: str | None) -> str | None:
        if endpoint is None:
            return None
        parts = urlsplit(endpoint)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise ValueError("ska börja med https:// och ange en server")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError(
                "ska bara ange server och port; nycklar står i miljövariabler"
            )
        return endpoint.rstrip("/")

    @model_validator(mode="after")
    def _go_together(self) -> StoreSettings:
        others = self.endpoint or self.region or self.allow_http
        if others and not self.is_remote:
            raise ValueError("endpoint, region och allow_http kräver uri")
        if self.is_remote and self.region is None:
            raise ValueError("region saknas; skriv den som leverantören anger")
        is_plain = self.endpoint is not None and self.endpoint.startswith("http://")
        if is_plain and not (self.allow_http and _is_here(self.endpoint)):
            raise ValueError(
                "http:// går bara till en server på den här datorn, med allow_http = "
                "true; annars krävs https://"
            )
        return self

    def options(self) -> dict[str, str] | None:
        """What reaches the bucket, but for the keys; None for the disk."""
        if not self.is_remote:
            return None
        told = {"region": self.region, **LIMITS}
        if self.endpoint is not None:
            told["endpoint"] = self.endpoint
        # said out loud, so that no environment variable says otherwise: never without
        # TLS, and a commit is only written where there is none of its number
        told["allow_http"] = str(self.allow_http).lower()
        return told | {"conditional_put": "etag", "allow_unsafe_rename": "false"}


def _is_here(endpoint: str) -> bool:
    host = urlsplit(endpoint).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


_NO_BUCKET = "hinken finns inte. Rätta uri i kommun.toml eller skapa hinken"
_WRONG_KEY = (
    "nyckeln eller regionen godtas inte. Rätta AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"
    " och, om den används, AWS_SESSION_TOKEN i miljön, och region i kommun.toml"
)
_NO_KEY = (
    "ingen nyckel är angiven. Sätt AWS_ACCESS_KEY_ID och AWS_SECRET_ACCESS_KEY i miljön"
    " där kommandot körs"
)
_NO_RIGHT = (
    "nyckeln har inte rätt till det. Ge den rätt att lista, läsa, skriva och ta bort "
    "under prefixet"
)
_NO_TLS = "servern har inget giltigt certifikat. Rätta endpoint i kommun.toml"
_NO_ANSWER = "servern svarar inte. Pröva nätet och endpoint i kommun.toml"
_OF_SERVER = "servern har ett eget fel. Försök igen om en stund"
_WRONG_KEYS = ("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken")
_WRONG_KEYS += ("ExpiredToken", "AuthFailure", "AuthorizationHeaderMalformed")
_FAULTS = (
    ("NoSuchBucket", _NO_BUCKET),
    ("|".join((*_WRONG_KEYS, "401 Unauthorized")), _WRONG_KEY),
    (r"169\.254\.|[Cc]redential", _NO_KEY),  # where a machine of Amazon's has its key
    ("AccessDenied|403 Forbidden|AllAccessDisabled", _NO_RIGHT),
    ("RequestTimeTooSkewed", "datorns klocka går fel. Ställ den och försök igen"),
    ("URL scheme is not allowed|[Cc]ertificate|UnknownIssuer", _NO_TLS),
    ("error sending request|timed out|[Cc]onnect|dns error", _NO_ANSWER),
    (r"SlowDown|InternalError|\b5\d\d [A-Z]", _OF_SERVER),
    ("NoSuchKey|NotFound|404", "ett objekt saknas. Kör 'lagesbild verify'"),
)
_OTHER = "servern vägrar. Kör 'lagesbild doctor'"


def explain(error: BaseException) -> str | None:
    """What went wrong with the bucket, without a word of what its server wrote.

    Servers write keys, names of objects and addresses into their answers.

    Returns
    -------
    str or None
        The end of a sentence in Swedish that says what to do; None if the error is not
        of an object store.
    """
    told = str(error)
    is_remote = "S3 error" in told or "Error performing" in told
    return explain_words(told) if is_remote else None


def explain_words(told: str) -> str:
    """As ``explain``, of what is known to come from a server of buckets."""
    found = [sentence for words, sentence in _FAULTS if re.search(words, told)]
    return found[0] if found else _OTHER
