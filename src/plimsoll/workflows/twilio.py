"""Text messages through Twilio, by its REST interface of 2010-04-01."""

from dataclasses import dataclass, field

import httpx2

from plimsoll.errors import UnavailableError

__all__ = ["TwilioTexts"]

_SECONDS = 8.0
_LIFE_SECONDS = 300  # a code that comes later is of no use
_LONGEST_ANSWER = 64 * 1024


@dataclass(frozen=True, slots=True)
class TwilioTexts:
    """Sends text messages by Twilio.

    Parameters
    ----------
    account
        SID of the account.
    token
        Its auth token, or the secret of a key of the account.
    sender
        A number of the account, or the SID of a messaging service.
    url
        Another server than Twilio's.
    """

    account: str
    token: str = field(repr=False)
    sender: str
    url: str = "https://api.twilio.com"

    async def send(self, number: str, text: str) -> None:
        """Send a text; see :class:`plimsoll.workflows.text_messages.TextSender`."""
        by = "MessagingServiceSid" if self.sender.startswith("MG") else "From"
        form = {"To": number, by: self.sender, "Body": text, "ValidityPeriod": str(_LIFE_SECONDS)}
        place = f"{self.url}/2010-04-01/Accounts/{self.account}/Messages.json"
        try:
            async with httpx2.AsyncClient(
                auth=(self.account, self.token), trust_env=False, follow_redirects=False, timeout=_SECONDS
            ) as client:
                answer = await client.post(place, data=form)
        except httpx2.HTTPError as error:
            raise UnavailableError(f"Twilio does not answer: {type(error).__name__}") from None
        if not answer.is_success:
            remedy = "Look the code up in Twilio's list of errors; check account, token and sender."
            raise UnavailableError(f"Twilio does not take the message: {_code(answer)}", remedy=remedy)


def _code(answer: httpx2.Response) -> str:
    """Return Twilio's own number for what is wrong; its text may repeat what was sent."""
    try:
        found = answer.json()["code"] if len(answer.content) < _LONGEST_ANSWER else None
    except (ValueError, KeyError, TypeError):
        found = None
    return f"code {found}" if isinstance(found, int) else f"status {answer.status_code}"
