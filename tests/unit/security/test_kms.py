"""Master keys, and what they wrap."""

import pytest

from plimsoll.errors import UnavailableError
from plimsoll.security.kms import Kms, LocalKms, WrappedKey
from plimsoll.security.tokens import new_token

pytestmark = pytest.mark.anyio
CONTEXT = {"tenant": "1", "key": "2"}
KEY = bytes(range(32))


async def test_what_is_wrapped_is_unwrapped() -> None:
    """The key comes back, and is not in what is kept; the order of the context does not count."""
    token = new_token("plq")
    kms = LocalKms(lambda: [token])
    wrapped = await kms.wrap(KEY, CONTEXT)
    assert KEY not in wrapped.content
    assert wrapped.master == await kms.master()
    assert await kms.unwrap(wrapped, dict(reversed(CONTEXT.items()))) == KEY
    assert (await kms.wrap(KEY, CONTEXT)).content != wrapped.content


@pytest.mark.parametrize("how", ["context", "master", "bit", "short"])
async def test_what_does_not_belong_is_not_unwrapped(how: str) -> None:
    """Another tenant's context, another master key, a changed bit, a cut: none of them unwraps."""
    token = new_token("plq")
    kms, context = LocalKms(lambda: [token]), CONTEXT
    wrapped = await kms.wrap(KEY, CONTEXT)
    content = wrapped.content
    if how == "context":
        context = {**CONTEXT, "tenant": "3"}
    elif how == "master":
        kms = LocalKms(lambda: [new_token("plq")])
    else:
        content = content[:5] if how == "short" else bytes([content[0] ^ 1]) + content[1:]
    with pytest.raises(UnavailableError, match="cannot be unwrapped"):
        await kms.unwrap(WrappedKey("local", wrapped.master, content), context)


async def test_a_new_master_key_counts_at_once() -> None:
    """It wraps as soon as it is first; the one before still unwraps; their names tell nothing of them."""
    keys = [new_token("plq")]
    kms = LocalKms(lambda: keys)
    old = await kms.wrap(KEY, CONTEXT)
    keys.insert(0, new_token("plq"))
    new = await kms.wrap(KEY, CONTEXT)
    assert new.master == await kms.master() != old.master
    assert [await kms.unwrap(one, CONTEXT) for one in (old, new)] == [KEY, KEY]
    assert old.master not in keys[1]


async def test_the_provider_before_still_unwraps() -> None:
    """After a change of the provider both kinds are read; one that is not configured any more is named."""
    token = new_token("plq")
    local = LocalKms(lambda: [token])
    kms = Kms(local)
    wrapped = await kms.wrap(KEY, CONTEXT)
    assert await kms.master() == ("local", wrapped.master)
    assert await Kms(local, (local,)).unwrap(wrapped, CONTEXT) == KEY
    with pytest.raises(UnavailableError, match="wrapped by elsewhere"):
        await kms.unwrap(WrappedKey("elsewhere", "m", b""), CONTEXT)
