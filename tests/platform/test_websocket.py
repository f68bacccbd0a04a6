"""Texts that are framed once are what a WebSocket client reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.uri import parse_uri

from battito.platform.http.websocket import Text


def read(data: bytes) -> list[Frame]:
    """What a client's parser makes of these bytes."""
    client = ClientProtocol(parse_uri("ws://localhost/"), state=OPEN, max_size=None)
    client.receive_data(data)
    assert client.parser_exc is None
    return [event for event in client.events_received() if isinstance(event, Frame)]


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_every_length_is_framed(length: int) -> None:
    text = b"x" * length
    (frame,) = read(Text(text).framed)
    assert (frame.opcode, frame.fin, frame.data) == (Opcode.TEXT, True, text)


@given(st.lists(st.text(max_size=400), max_size=5))
def test_one_after_the_other(texts: list[str]) -> None:
    framed = [Text(text.encode()) for text in texts]
    assert [bytes(frame.data).decode() for frame in read(b"".join(one.framed for one in framed))] == texts
    assert [bytes(one).decode() for one in framed] == texts
