"""Files of users as answers."""

from plimsoll.services.risk_api.downloads import download


def test_a_file_is_saved_and_never_shown() -> None:
    """Whatever it is called and holds, it is an attachment, and its name breaks out of no header."""
    answer = download(b"<script>", name='a"\r\nSet-Cookie: x;ü.csv', media_type="text/csv", tag="abc")
    said = answer.headers["content-disposition"]
    assert said == "attachment; filename*=UTF-8''a%22%0D%0ASet-Cookie%3A%20x%3B%C3%BC.csv"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    assert (answer.headers["etag"], answer.body) == ('"abc"', b"<script>")
