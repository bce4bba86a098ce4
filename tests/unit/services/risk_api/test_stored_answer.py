"""An answer comes out of the cache as it went in."""

from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from plimsoll.services.risk_api.stored_answer import StoredAnswer


@given(
    st.binary(max_size=100),
    st.dictionaries(st.sampled_from(["ETag", "Vary", "X-One"]), st.text('ab "é', max_size=5)),
)
def test_an_answer_survives_storage(body: bytes, headers: dict[str, str]) -> None:
    """Headers and body are the same, bit for bit."""
    response = Response(body, headers=headers, media_type="text/plain")
    again = StoredAnswer.read(StoredAnswer.of(response).written()).response()
    assert (again.status_code, again.raw_headers, again.body) == (200, response.raw_headers, body)


def test_each_request_gets_headers_of_its_own() -> None:
    """What one answer adds to them no other one sees."""
    stored = StoredAnswer.of(Response(b"x", headers={"ETag": '"1"'}))
    stored.response().headers["X-Request-ID"] = "one"
    assert "x-request-id" not in stored.response().headers
    assert stored.tag == '"1"'
    assert StoredAnswer.of(Response()).tag == ""


def test_a_packed_answer_says_so() -> None:
    """Length, encoding and what the answer varies by are those of the packed one."""
    packed = StoredAnswer.of(Response(b"plain", headers={"Vary": "Accept"})).packed(b"gz").response()
    assert packed.headers["content-length"] == "2"
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "Accept, Accept-Encoding"
