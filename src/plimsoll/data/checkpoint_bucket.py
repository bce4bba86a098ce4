"""Checkpoints of the audit in a bucket of S3 with Object Lock: nobody removes them before their time."""

import asyncio
import datetime as dt
from importlib import import_module
from typing import Any

from plimsoll.errors import UnavailableError

__all__ = ["CheckpointBucket"]

_RETAINED = dt.timedelta(days=400)
_REMEDY = "Check the name of the bucket, its Object Lock, and the credentials of the platform."


class CheckpointBucket:
    """A bucket with a folder for each tenant.

    Parameters
    ----------
    bucket
        Its name; it was made with Object Lock.
    prefix
        Of all names in it.
    retained
        For how long a checkpoint is locked, in compliance mode: the owner of the account cannot remove it
        either.
    every_seconds
        Least time between two of them; a version each is kept and paid for.
    client
        An S3 client of boto3; made from the environment where none is given.
    """

    def __init__(
        self,
        bucket: str,
        *,
        prefix: str = "plimsoll/audit",
        retained: dt.timedelta = _RETAINED,
        every_seconds: float = 300.0,
        client: Any = None,
    ) -> None:
        self._bucket = bucket
        self._prefix = prefix.strip("/")
        self._retained = retained
        self.every_seconds = every_seconds
        self._client = client

    async def put(self, tenant: str, made_at: str, document: bytes) -> None:
        """Keep a checkpoint.

        Parameters
        ----------
        tenant, made_at, document
            As for :meth:`plimsoll.data.checkpoint_files.CheckpointFiles.put`.

        Raises
        ------
        UnavailableError
            If S3 refuses or cannot be reached.
        """
        await asyncio.to_thread(self._put, f"{self._prefix}/{tenant}/{made_at}.json", document)

    async def documents(self, tenant: str) -> list[bytes]:
        """Return all checkpoints of a tenant, oldest first.

        Of one whose name was written again, or hidden by a delete marker, every locked version counts.

        Raises
        ------
        UnavailableError
            If S3 refuses or cannot be reached.
        """
        return await asyncio.to_thread(self._documents, f"{self._prefix}/{tenant}/")

    async def latest(self, tenant: str) -> bytes | None:
        """Return the last checkpoint of a tenant; None if there is none.

        Raises
        ------
        UnavailableError
            If S3 refuses or cannot be reached.
        """
        found = await self.documents(tenant)
        return found[-1] if found else None

    def _put(self, name: str, document: bytes) -> None:
        until = dt.datetime.now(dt.UTC) + self._retained
        self._call(
            "put_object",
            Key=name,
            Body=document,
            ContentType="application/json",
            ChecksumAlgorithm="SHA256",
            ObjectLockMode="COMPLIANCE",
            ObjectLockRetainUntilDate=until,
        )

    def _documents(self, prefix: str) -> list[bytes]:
        found: list[tuple[str, str]] = []
        following: dict[str, str] = {}
        while True:
            page = self._call("list_object_versions", Prefix=prefix, **following)
            found += [(one["Key"], one["VersionId"]) for one in page.get("Versions", ())]
            if not page.get("IsTruncated"):
                break
            following = {
                "KeyMarker": page["NextKeyMarker"],
                "VersionIdMarker": page.get("NextVersionIdMarker", ""),
            }
        return [self._read(name, version) for name, version in sorted(found)]

    def _read(self, name: str, version: str) -> bytes:
        read: bytes = self._call("get_object", Key=name, VersionId=version)["Body"].read()
        return read

    def _call(self, operation: str, **arguments: Any) -> Any:
        wrong = import_module("botocore.exceptions")
        try:
            return getattr(self._s3(), operation)(Bucket=self._bucket, **arguments)
        except (wrong.BotoCoreError, wrong.ClientError) as error:
            code = getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__)
            raise UnavailableError(f"the bucket of the audit refuses: {code}", remedy=_REMEDY) from error

    def _s3(self) -> Any:
        if self._client is None:
            # Not imported by name: it has no types, and takes long where nobody has a bucket.
            patient = import_module("botocore.config").Config(
                connect_timeout=5, read_timeout=10, retries={"max_attempts": 2}
            )
            self._client = import_module("boto3").client("s3", config=patient)
        return self._client
