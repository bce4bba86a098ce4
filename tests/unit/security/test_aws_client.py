"""Clients of AWS."""

import socket
import sys
import time

import pytest

from plimsoll.errors import UnavailableError
from plimsoll.security.aws_client import ask_aws, aws_client, aws_error_code

pytestmark = pytest.mark.anyio


async def test_a_client_asks_the_server_that_the_environment_names(aws_url: str) -> None:
    """It answers; an error of AWS is ours, with its code and without what was sent."""
    client = aws_client("kms")
    assert client.meta.endpoint_url == aws_url
    assert (await ask_aws("AWS KMS", client.list_keys))["Keys"] is not None
    with pytest.raises(UnavailableError, match="AWS KMS does not help: NotFoundException") as caught:
        await ask_aws("AWS KMS", client.encrypt, KeyId="alias/hunter2", Plaintext=b"hunter3")
    assert "hunter" not in str(caught.value)


async def test_a_server_that_is_gone_is_not_waited_for(aws_url: str) -> None:
    """Whether nobody listens or nobody answers; the time is bounded."""
    del aws_url
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        begun = time.monotonic()
        with pytest.raises(UnavailableError, match="ReadTimeoutError"):
            await ask_aws("AWS KMS", aws_client("kms", endpoint_url=f"http://127.0.0.1:{port}").list_keys)
        assert time.monotonic() - begun < 15
    with pytest.raises(UnavailableError, match="EndpointConnectionError"):
        await ask_aws("AWS KMS", aws_client("kms", endpoint_url=f"http://127.0.0.1:{port}").list_keys)


def test_a_client_needs_boto3_and_a_region(aws_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are named, with what to do about it."""
    del aws_url
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", "nowhere")
    with pytest.raises(UnavailableError, match="NoRegionError"):
        aws_client("kms")
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(UnavailableError, match="not installed"):
        aws_client("kms")


def test_an_error_without_a_code_is_named_by_its_class() -> None:
    """Its text may hold anything and is left out."""
    assert aws_error_code(ValueError("hunter2")) == "ValueError"
