"""Master keys in AWS KMS, on a moto server."""

import pytest

from plimsoll.errors import UnavailableError
from plimsoll.security.aws_client import aws_client
from plimsoll.security.aws_kms import AwsKms
from plimsoll.security.kms import Kms, LocalKms, WrappedKey
from plimsoll.security.tokens import new_token

pytestmark = pytest.mark.anyio
CONTEXT = {"tenant": "1", "key": "2"}
KEY = bytes(range(32))


async def test_what_is_wrapped_is_unwrapped(aws_url: str) -> None:
    """The key comes back, and is not in what is kept; the context is part of it."""
    arn = aws_client("kms").create_key()["KeyMetadata"]["Arn"]
    kms = AwsKms(arn, endpoint_url=aws_url)
    wrapped = await kms.wrap(KEY, CONTEXT)
    assert KEY not in wrapped.content
    assert (wrapped.provider, wrapped.master) == (kms.name, await kms.master()) == ("aws-kms", arn)
    assert await kms.unwrap(wrapped, CONTEXT) == KEY
    with pytest.raises(UnavailableError, match="InvalidCiphertext"):
        await kms.unwrap(wrapped, {**CONTEXT, "tenant": "3"})
    with pytest.raises(UnavailableError, match="InvalidCiphertext"):
        await kms.unwrap(
            WrappedKey("aws-kms", arn, wrapped.content[:-1] + bytes([wrapped.content[-1] ^ 1])), CONTEXT
        )


async def test_another_key_behind_the_alias(aws_url: str) -> None:
    """It wraps what comes; what the first one has wrapped is still unwrapped."""
    client = aws_client("kms", endpoint_url=aws_url)
    first, second = (client.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    client.create_alias(AliasName="alias/plimsoll-test", TargetKeyId=first)
    kms = AwsKms("alias/plimsoll-test")
    old = await kms.wrap(KEY, CONTEXT)
    client.update_alias(AliasName="alias/plimsoll-test", TargetKeyId=second)
    new = await kms.wrap(KEY, CONTEXT)
    assert (old.master, new.master) == (first, second)
    assert await kms.master() == second
    assert [await kms.unwrap(one, CONTEXT) for one in (old, new)] == [KEY, KEY]


async def test_from_a_file_to_aws(aws_url: str) -> None:
    """With both configured what the file has wrapped is unwrapped, and what comes is wrapped by AWS."""
    arn = aws_client("kms", endpoint_url=aws_url).create_key()["KeyMetadata"]["Arn"]
    token = new_token("plq")
    local = LocalKms(lambda: [token])
    old = await local.wrap(KEY, CONTEXT)
    kms = Kms(AwsKms(arn), (local,))
    assert await kms.unwrap(old, CONTEXT) == KEY
    assert (await kms.wrap(KEY, CONTEXT)).provider == "aws-kms"
    assert await kms.master() == ("aws-kms", arn)


async def test_a_key_that_is_not_there(aws_url: str) -> None:
    """It is said to be so by AWS's own word."""
    del aws_url
    with pytest.raises(UnavailableError, match="NotFoundException"):
        await AwsKms("alias/nobody").wrap(KEY, CONTEXT)
