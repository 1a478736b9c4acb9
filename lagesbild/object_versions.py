"""Old versions of a bucket's objects, which a purge must take away too.

In: a workspace whose tables lie in a bucket. Out: whether the bucket keeps what is
deleted or written over, and a bucket without it. deltalake knows nothing of versions,
so this is done with boto3, which the extra ``s3`` brings. Used by ``purge`` and
``doctor``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lagesbild.errors import StoreError
from lagesbild.object_store import explain_words

if TYPE_CHECKING:
    from lagesbild.workspace import Workspace

_MOST_AT_ONCE = 1000  # what S3 takes in one request to delete
_MISSING = (
    "Det går inte att se om hinken sparar gamla versioner: paketet boto3 saknas. "
    "Installera det med 'pip install lagesbild[s3]'."
)


@contextmanager
def _reaching(ws: Workspace) -> Iterator[tuple[Any, dict[str, str]]]:
    """A client and what it is asked of; its errors are told without what they hold."""
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        raise StoreError(_MISSING) from None
    store = ws.settings.store
    bucket, _, prefix = store.uri.removeprefix("s3://").partition("/")
    limits = Config(connect_timeout=5, read_timeout=60, retries={"max_attempts": 3})
    about = {"Bucket": bucket} | ({"Prefix": f"{prefix}/"} if prefix else {})
    try:
        where = {"endpoint_url": store.endpoint, "region_name": store.region}
        yield boto3.client("s3", **where, config=limits), about
    except (BotoCoreError, ClientError) as error:
        raise StoreError(
            f"Hinkens gamla versioner går inte att nå: {explain_words(str(error))}."
        ) from None


def keeps_versions(ws: Workspace) -> bool:
    """Whether the bucket keeps what is deleted, or has kept it and still may.

    Raises
    ------
    StoreError
        If that cannot be seen: the package boto3, a right or an answer is missing.
    """
    with _reaching(ws) as (client, about):
        told = client.get_bucket_versioning(Bucket=about["Bucket"])
        return told.get("Status") is not None


def count_old_versions(ws: Workspace) -> int:
    """How many versions below the workspace's prefix are not what readers see."""
    with _reaching(ws) as (client, about):
        return sum(len(page) for page in _old(client, about))


def remove_old_versions(ws: Workspace) -> None:
    """Delete every version below the workspace's prefix but those that readers see."""
    with _reaching(ws) as (client, about):
        for page in _old(client, about):
            for start in range(0, len(page), _MOST_AT_ONCE):
                some = {"Objects": page[start : start + _MOST_AT_ONCE], "Quiet": True}
                client.delete_objects(Bucket=about["Bucket"], Delete=some)


def _old(client: Any, about: dict[str, str]) -> Iterator[list[dict[str, str]]]:
    """Old versions, a page at a time, and the marks of what is deleted."""
    for page in client.get_paginator("list_object_versions").paginate(**about):
        old = [each for each in page.get("Versions", ()) if not each["IsLatest"]]
        old += page.get("DeleteMarkers", ())
        yield [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in old]
