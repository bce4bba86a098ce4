"""An answer as bytes: what a cache keeps of it."""

import struct
from dataclasses import dataclass, replace

from starlette.responses import Response

__all__ = ["StoredAnswer"]

_HEAD = struct.Struct(">I")
_LENGTH = b"content-length"

_Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer 200.

    Parameters
    ----------
    headers
        Those that the endpoint gave it, names in lower case.
    body
        All of it.
    """

    headers: _Headers
    body: bytes

    @staticmethod
    def of(response: Response) -> "StoredAnswer":
        """Return an answer as it can be stored."""
        return StoredAnswer(tuple(response.raw_headers), bytes(response.body))

    @property
    def tag(self) -> str:
        """Its ``ETag``; empty if it has none."""
        return next((value.decode("latin-1") for name, value in self.headers if name == b"etag"), "")

    def packed(self, body: bytes) -> "StoredAnswer":
        """Return the same answer with a body that is compressed with gzip."""
        varies = [value for name, value in self.headers if name == b"vary"]
        kept = [pair for pair in self.headers if pair[0] not in (_LENGTH, b"vary")]
        new = [
            (_LENGTH, b"%d" % len(body)),
            (b"content-encoding", b"gzip"),
            (b"vary", b", ".join([*varies, b"Accept-Encoding"])),
        ]
        return replace(self, headers=(*kept, *new), body=body)

    def written(self) -> bytes:
        """Return it as bytes; a header holds no line end."""
        head = b"\n".join(part for pair in self.headers for part in pair)
        return _HEAD.pack(len(head)) + head + self.body

    @staticmethod
    def read(written: bytes) -> "StoredAnswer":
        """Return what was written."""
        begins = _HEAD.size + _HEAD.unpack_from(written)[0]
        parts = written[_HEAD.size : begins].split(b"\n")
        return StoredAnswer(tuple(zip(parts[::2], parts[1::2], strict=True)), written[begins:])

    def response(self) -> Response:
        """Return it as an answer to one request, whose headers others do not share."""
        response = Response.__new__(Response)
        response.status_code = 200
        response.body = self.body
        response.background = None
        response.raw_headers = list(self.headers)
        return response
