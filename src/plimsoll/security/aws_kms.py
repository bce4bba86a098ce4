"""Master keys in AWS KMS: they never leave it."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from typing import Any

from plimsoll.performance.breaker import Breaker
from plimsoll.security.aws_client import ask_aws, aws_client
from plimsoll.security.kms import WrappedKey

__all__ = ["AwsKms"]

_WHAT = "AWS KMS"
_SECONDS = 1.2
"""For so long a request waits for KMS, which answers in tens of milliseconds; then none does for a while."""


class AwsKms:
    """Wraps by a symmetric key of AWS KMS, with the context as its encryption context.

    Parameters
    ----------
    key
        Id, ARN or alias of the key. Behind an alias another key may be put: what was wrapped before is
        unwrapped as long as its own key lives, and the daily job wraps it anew.
    endpoint_url
        Another server than Amazon's; None for what the environment says.

    Attributes
    ----------
    breaker
        Refuses at once what would only wait while KMS cannot be reached.

    Notes
    -----
    The role needs ``kms:Encrypt``, ``kms:Decrypt`` and ``kms:DescribeKey`` on the key and nothing more.
    """

    def __init__(self, key: str, *, endpoint_url: str | None = None) -> None:
        self._key = key
        self._endpoint_url = endpoint_url
        self._client: Any = None
        self._making = threading.Lock()
        self.breaker = Breaker("AWS KMS", failures=1, pause_seconds=2.0)

    @property
    def name(self) -> str:
        """What `WrappedKey.provider` says."""
        return "aws-kms"

    async def master(self) -> str:
        """Return the ARN of the key that wraps now; see :meth:`KmsProvider.master`."""
        found = await self._asked(self._describe)
        return str(found["KeyMetadata"]["Arn"])

    async def wrap(self, key: bytes, context: Mapping[str, str]) -> WrappedKey:
        """Wrap a data key; see :meth:`KmsProvider.wrap`."""
        found = await self._asked(self._encrypt, key=key, context=dict(context))
        return WrappedKey(self.name, found["KeyId"], found["CiphertextBlob"])

    async def unwrap(self, wrapped: WrappedKey, context: Mapping[str, str]) -> bytes:
        """Return a data key; see :meth:`KmsProvider.unwrap`."""
        found = await self._asked(self._decrypt, wrapped=wrapped, context=dict(context))
        return bytes(found["Plaintext"])

    async def _asked(self, call: Callable[..., Any], **arguments: Any) -> Any:
        await asyncio.to_thread(self._kms)  # what it takes to make a client says nothing about KMS
        return await ask_aws(_WHAT, call, breaker=self.breaker, seconds=_SECONDS, **arguments)

    def _kms(self) -> Any:
        """Return the client, made where it is first used: boto3 takes half a second to import."""
        with self._making:
            if self._client is None:
                self._client = aws_client("kms", endpoint_url=self._endpoint_url)
            return self._client

    def _describe(self) -> Any:
        return self._kms().describe_key(KeyId=self._key)

    def _encrypt(self, *, key: bytes, context: dict[str, str]) -> Any:
        return self._kms().encrypt(KeyId=self._key, Plaintext=key, EncryptionContext=context)

    def _decrypt(self, *, wrapped: WrappedKey, context: dict[str, str]) -> Any:
        return self._kms().decrypt(
            CiphertextBlob=wrapped.content, EncryptionContext=context, KeyId=wrapped.master
        )
