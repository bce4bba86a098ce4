"""Checkpoints of the audit as files, the last one of each hour of each tenant, beside the database."""

import asyncio
import os
import re
from pathlib import Path

from plimsoll.errors import UnavailableError

__all__ = ["CheckpointFiles"]

_NAME = re.compile(r"[0-9A-Za-z-]+")
_LARGEST = 4096


class CheckpointFiles:
    """A folder with a folder for each tenant.

    Parameters
    ----------
    directory
        Made when it is needed, for its user alone.
    """

    every_seconds = 0.0
    """A file costs nothing: every seal has its checkpoint."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def put(self, tenant: str, made_at: str, document: bytes) -> None:
        """Keep a checkpoint in place of the one before it of the same hour, whole or not at all.

        Parameters
        ----------
        tenant
            Whose.
        made_at
            ISO 8601, as ``2026-01-02T03:04:05.000006Z``.
        document
            One line.

        Raises
        ------
        UnavailableError
            If the folder or the file cannot be written.
        """
        await asyncio.to_thread(self._put, tenant, made_at[:13], document)

    async def documents(self, tenant: str) -> list[bytes]:
        """Return all checkpoints of a tenant, oldest first.

        Raises
        ------
        UnavailableError
            If they cannot be read.
        """
        return await asyncio.to_thread(self._documents, tenant)

    async def latest(self, tenant: str) -> bytes | None:
        """Return the last checkpoint of a tenant; None if there is none.

        Raises
        ------
        UnavailableError
            If it cannot be read.
        """
        return await asyncio.to_thread(self._latest, tenant)

    def _folder(self, tenant: str) -> Path:
        if not _NAME.fullmatch(tenant):
            raise UnavailableError("a tenant has no usable id")
        return self._directory / tenant

    def _put(self, tenant: str, hour: str, document: bytes) -> None:
        folder = self._folder(tenant)
        part = folder / f".{hour}.{os.getpid()}"
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)  # a parent gets no mode
            folder.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(document)
                file.flush()
                os.fsync(file.fileno())
            part.replace(folder / f"{hour}.json")
        except OSError as error:
            remedy = "Check the data directory, and that there is room."
            raise UnavailableError(f"{folder} cannot be written: {error.strerror}", remedy=remedy) from error

    def _documents(self, tenant: str) -> list[bytes]:
        return [self._read(path) for path in sorted(self._folder(tenant).glob("[0-9]*.json"))]

    def _latest(self, tenant: str) -> bytes | None:
        found = max(self._folder(tenant).glob("[0-9]*.json"), default=None)
        return None if found is None else self._read(found)

    def _read(self, path: Path) -> bytes:
        try:
            with path.open("rb") as file:
                return file.read(_LARGEST)
        except OSError as error:
            raise UnavailableError(f"{path} cannot be read: {error.strerror}") from error
