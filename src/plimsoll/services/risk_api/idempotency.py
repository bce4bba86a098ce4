"""Creating once: a request that is repeated with its ``Idempotency-Key`` gets the first answer again."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Header
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.data.store.idempotency import claim, complete
from plimsoll.security.permissions import Principal
from plimsoll.services.risk_api.at_once import at_once
from plimsoll.services.risk_api.context import context_of
from plimsoll.services.risk_api.places import Places
from plimsoll.services.risk_api.problems import ProblemError

__all__ = ["Creation", "Once", "creation"]

_KEY = re.compile(r'"?([A-Za-z0-9._:-]{1,128})"?')
_KEPT = ("content-type", "etag", "location")

_Make = Callable[[AsyncSession], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Creation:
    """Carries out a creation at most once for each key.

    ::

        @router.post("", status_code=201)
        async def create(new: NewThing, once: Once, principal: ...) -> Response:
            async def make(session: AsyncSession) -> Response:
                return created(await things.create(session, name=new.name), ...)

            return await once(make)

    Parameters
    ----------
    request
        By whom and for what.
    key
        The ``Idempotency-Key``; None if the client sent none, and then nothing is remembered.
    """

    request: Request
    key: str | None

    async def __call__(self, make: _Make, *, secret: bool = False) -> Response:
        """Make it in one transaction of the principal's tenant, or answer what was answered before.

        Parameters
        ----------
        make
            Does the work in the session it is given, and returns the answer. If it raises, the key
            stays free.
        secret
            Whether the answer holds a secret: then it is kept sealed.

        Raises
        ------
        ConflictError
            If the key was used for another request.
        UnavailableError
            If too many creations are under way.
        """
        principal: Principal = self.request.state.principal
        context = context_of(self.request)
        places: Places = self.request.state.creations
        async with places, context.database.session(principal.tenant) as session:
            if self.key is None:
                return await make(session)
            kept = await claim(session, principal.id, self.key, await self._fingerprint())
            place = f"idempotency_keys|body|{principal.id}|{self.key}"
            sealer = await context.sealers.of(session) if secret else None
            if kept is not None:
                body = kept.body if sealer is None else sealer.open(kept.body, place)
                return Response(body, kept.status, {**kept.headers, "Idempotency-Replayed": "true"})
            answer = await make(session)
            headers = {name: answer.headers[name] for name in _KEPT if name in answer.headers}
            await complete(
                session,
                principal.id,
                self.key,
                status=answer.status_code,
                headers=headers,
                body=bytes(answer.body)
                if sealer is None
                else sealer.seal(bytes(answer.body).decode(), place),
            )
            return answer

    async def _fingerprint(self) -> str:
        whole = hashlib.sha256()
        principal: Principal = self.request.state.principal
        if not principal.scope.is_everything:  # what was answered once may lie outside by now
            whole.update(repr(principal.scope).encode())
        url = self.request.url
        for part in (self.request.method, url.path, url.query, self.request.headers.get("content-type", "")):
            whole.update(f"{part}\n".encode())
        whole.update(await self.request.body())
        return whole.hexdigest()


def creation(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="Chosen by the client; the same request with the same key is carried out once",
            examples=["0197a3c2-4f10-7c3e-9d5b-2f6f3a1c8e10"],
        ),
    ] = None,
) -> Creation:
    """Read the ``Idempotency-Key``.

    Raises
    ------
    ProblemError
        400 if it is not 1 to 128 letters, digits, dots, colons, dashes and underscores.
    """
    if idempotency_key is None:
        return Creation(request, None)
    found = _KEY.fullmatch(idempotency_key)
    if found is None:
        detail = "Idempotency-Key takes 1 to 128 letters, digits, dots, colons, dashes and underscores."
        raise ProblemError(400, "bad-header", detail)
    return Creation(request, found.group(1))


Once = Annotated[Creation, at_once(creation)]
