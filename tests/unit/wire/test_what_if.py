"""The messages of `wire.what_if`."""

import pytest
from pydantic import ValidationError

from plimsoll.wire.model import WireModel
from plimsoll.wire.what_if import WhatIf, WhatIfResult
from wire_examples import survives


@pytest.mark.parametrize("model", [WhatIf, WhatIfResult])
def test_the_example_is_a_message(model: type[WireModel]) -> None:
    """The example in the API document is valid and survives the journey."""
    assert survives(model)


@pytest.mark.parametrize("trades", [[], [{"symbol": "A", "quantity": 1}] * 1001], ids=["none", "too many"])
def test_a_basket_is_neither_empty_nor_endless(trades: list[dict[str, object]]) -> None:
    """A basket holds from one to a thousand trades."""
    with pytest.raises(ValidationError):
        WhatIf.model_validate({"trades": trades})
