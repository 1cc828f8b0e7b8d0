"""Secret values are masked in whatever form they are kept in."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

from hypothesis import given
from hypothesis import strategies as st

from lineclear.run.secrets import MASKED, Mask

SECRETS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=8, max_size=40)


@given(secret=SECRETS, before=st.binary(max_size=9), after=st.binary(max_size=9))
def test_a_value_is_found_in_every_form(secret: str, before: bytes, after: bytes) -> None:
    mask = Mask([secret])
    raw = secret.encode()
    for form in (raw, json.dumps(secret)[1:-1].encode(), quote(raw, safe="").encode(), quote_plus(raw).encode()):
        assert MASKED.encode() in mask.data(before + form + after)
    encoded = base64.b64encode(before + raw + after)
    masked = mask.data(encoded)
    assert masked != encoded
    assert MASKED.encode() in masked
    assert secret not in mask.text(f"x{secret}y")


@given(data=st.binary(max_size=200))
def test_without_a_secret_nothing_changes(data: bytes) -> None:
    assert Mask(()).data(data) == data
    assert Mask([""]).data(data) == data


def test_the_longer_of_two_values_goes_first() -> None:
    assert Mask(["secret", "secret-and-more"]).text("a secret-and-more b") == f"a {MASKED} b"
