"""A server of buckets on this computer, in a process of its own.

deltalake holds Python while it waits for an answer, so a thread could not give one.
Started by itself this module is the server; it ends when its standard input is closed.
"""

import subprocess
import sys
from contextlib import contextmanager

REGION = "eu-north-1"
KEYS = {
    "AWS_ACCESS_KEY_ID": "PAHITTADNYCKEL",
    "AWS_SECRET_ACCESS_KEY": "pahittad-hemlighet",
}


@contextmanager
def serving():
    """The server's address, for as long as the ``with`` lasts."""
    process = subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def client(endpoint):
    """Another library's way to the same buckets."""
    import boto3

    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
    )


def make_bucket(endpoint, name):
    where = {"LocationConstraint": REGION}
    client(endpoint).create_bucket(Bucket=name, CreateBucketConfiguration=where)


def settings(endpoint, uri):
    """The part of kommun.toml."""
    lines = [f'uri = "{uri}"', f'endpoint = "{endpoint}"', f'region = "{REGION}"']
    return "\n".join(["", "[store]", *lines, "allow_http = true", ""])


if __name__ == "__main__":
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    print(server.get_host_and_port()[1], flush=True)
    sys.stdin.read()
    server.stop()
