"""Checkpoints in a real S3 protocol on loopback, with Object Lock."""

import datetime as dt
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from plimsoll.data.checkpoint_bucket import CheckpointBucket
from plimsoll.errors import UnavailableError

pytestmark = pytest.mark.anyio

# Without types of their own.
boto3, ClientError, Config = (
    import_module("boto3"),
    import_module("botocore.exceptions").ClientError,
    import_module("botocore.config").Config,
)
BUCKET = "audit"
TENANT = "00000000-0000-7000-8000-000000000001"
MADE_AT = "2026-01-02T03:04:05.000006Z"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Yield the address of a server that speaks the protocol of AWS."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def s3(endpoint: str) -> Any:
    """Return a client, and a bucket with Object Lock."""
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the server takes any
    )
    client.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=True)
    return client


async def test_checkpoints_come_back_in_their_order(s3: Any) -> None:
    """Each tenant has its own, oldest first."""
    store = CheckpointBucket(BUCKET, client=s3)
    assert await store.latest(TENANT) is None
    for second in (7, 5, 6):
        await store.put(TENANT, f"2026-01-02T03:04:0{second}.000000Z", str(second).encode())
    await store.put("another", MADE_AT, b"x")
    assert await store.documents(TENANT) == [b"5", b"6", b"7"]
    assert await store.latest(TENANT) == b"7"


async def test_nobody_removes_one_before_its_time(s3: Any) -> None:
    """The version is locked in compliance mode; a delete marker and a new version hide nothing."""
    store = CheckpointBucket(BUCKET, prefix="locked", retained=dt.timedelta(days=30), client=s3)
    await store.put(TENANT, MADE_AT, b"genuine")
    name = f"locked/{TENANT}/{MADE_AT}.json"
    lock = s3.head_object(Bucket=BUCKET, Key=name)
    assert lock["ObjectLockMode"] == "COMPLIANCE"
    assert lock["ObjectLockRetainUntilDate"] > dt.datetime.now(dt.UTC) + dt.timedelta(days=29)
    version = lock["VersionId"]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=BUCKET, Key=name, VersionId=version)
    s3.put_object(Bucket=BUCKET, Key=name, Body=b"forged")
    s3.delete_object(Bucket=BUCKET, Key=name)
    assert b"genuine" in await store.documents(TENANT)


async def test_a_bucket_that_refuses_is_said(s3: Any) -> None:
    """A bucket that is not there is an UnavailableError with the code of S3."""
    store = CheckpointBucket("nowhere", client=s3)
    with pytest.raises(UnavailableError, match="NoSuchBucket"):
        await store.put(TENANT, MADE_AT, b"x")
    with pytest.raises(UnavailableError, match="NoSuchBucket"):
        await store.documents(TENANT)


async def test_an_endpoint_that_is_gone_is_said() -> None:
    """Nobody at the other end is an UnavailableError too."""
    patient = Config(connect_timeout=1, read_timeout=1, retries={"max_attempts": 0})
    client = boto3.client(
        "s3",
        endpoint_url="http://127.0.0.1:1",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - nobody reads it
        config=patient,
    )
    with pytest.raises(UnavailableError, match="the bucket of the audit refuses"):
        await CheckpointBucket(BUCKET, client=client).put(TENANT, MADE_AT, b"x")
