"""Keys of different things are different."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.performance.cache_keys import CacheKey

WORDS = st.text(st.sampled_from("ab:%/é"), max_size=4)
KEYS = st.builds(
    CacheKey,
    st.sampled_from([UUID(int=1), UUID(int=2)]),
    WORDS,
    st.lists(WORDS, max_size=3).map(tuple),
)


@given(KEYS, KEYS)
def test_two_keys_have_one_text_only_if_they_are_equal(one: CacheKey, other: CacheKey) -> None:
    """No tenant, kind or part can be written so that it reads as another's."""
    assert (one == other) == (one.text == other.text)


@given(KEYS)
def test_the_tenant_stands_in_the_text(key: CacheKey) -> None:
    """Whoever looks into Redis sees whose value it is."""
    assert key.text.startswith(f"plimsoll:{key.tenant}:")
