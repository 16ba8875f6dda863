"""Messages between processes over a socket: a length, then a pickle."""

import pickle
import struct
from socket import socket
from typing import Any

_LENGTH = struct.Struct("=Q")


def packed(message: Any) -> bytes:
    """A message as it is sent."""
    body = pickle.dumps(message, protocol=5)
    return _LENGTH.pack(len(body)) + body


def send(channel: socket, message: Any) -> None:
    """Send one message. Raises `OSError` when nobody is there to take it."""
    channel.sendall(packed(message))


def receive(channel: socket) -> Any:
    """The next message. Raises `EOFError` when the other side ends without one."""
    (length,) = _LENGTH.unpack(_exactly(channel, _LENGTH.size))
    return pickle.loads(_exactly(channel, length))


def unpacked(message: bytes) -> Any:
    """A message as it is received."""
    return pickle.loads(message[_LENGTH.size :])


def _exactly(channel: socket, length: int) -> bytes:
    whole = bytearray(length)
    view = memoryview(whole)
    while view:
        got = channel.recv_into(view)
        if not got:
            raise EOFError
        view = view[got:]
    return bytes(whole)
