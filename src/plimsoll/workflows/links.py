"""Links that were sent to somebody, looked at before they are used: whether they are good, and for whom."""

import datetime as dt
from uuid import UUID

from plimsoll.data.store import one_time_tokens, tenants
from plimsoll.data.store.database import Database
from plimsoll.data.store.look_ups import look_up
from plimsoll.data.store.tenants import LOCAL_TENANT
from plimsoll.errors import NotFoundError, SignInError
from plimsoll.security.tokens import TOKEN, digest

__all__ = ["tenant_of_link"]


async def tenant_of_link(database: Database, token: str, now: dt.datetime) -> str | None:
    """Return the name of the tenant that a link leads to; None for that of the installation.

    A link that is unknown, used or too old is one and the same, and as much is done for it as for a good one.

    Parameters
    ----------
    database
        Where links are.
    token
        Of the link.
    now
        The time.

    Raises
    ------
    SignInError
        If the link is good for nothing.
    """
    found = await look_up(database, "one_time_tokens", digest(token))
    tenant, link = (None, UUID(int=0)) if found is None else (found.tenant, found.id)
    async with database.session(tenant) as session:
        is_good = await one_time_tokens.is_good(session, link, now)
        try:
            name = (await tenants.own(session)).name
        except NotFoundError:
            name = ""
    if not is_good or not TOKEN.fullmatch(token):
        remedy = "Sign in, or ask for a new one."
        raise SignInError("the link was used already or is too old", remedy=remedy)
    return None if tenant == LOCAL_TENANT else name
