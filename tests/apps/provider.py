"""A provider of single sign-on on this machine, which can be made to say what no honest one would."""

import json
import threading
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import oidc_provider_mock
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server

type Claims = dict[str, Any]


def _as_it_is(claims: Claims) -> Claims:
    return claims


@dataclass
class Bent:
    """The mock provider, whose tokens go through the hands of a test.

    Parameters
    ----------
    bend : what becomes of the claims of a token.
    key, published : the key that signs, and those that the provider says are its own.
    sign : makes the token out of the claims, where it is not signed with the key.
    calls_itself : its name, where that is not its address.
    silent : it answers nothing but an error.
    asked : the forms that the token endpoint was sent.
    """

    app: Any = field(default_factory=oidc_provider_mock.app)
    bend: Callable[[Claims], Claims] = _as_it_is
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    published: list[RSAKey] = field(default_factory=list)
    sign: Callable[[Claims], str] | None = None
    calls_itself: str | None = None
    silent: bool = False
    asked: list[dict[str, list[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.published = [self.key]

    def __call__(self, environment: Any, start: Any) -> Iterable[bytes]:
        path = environment["PATH_INFO"]
        if path == "/oauth2/token":
            size = int(environment["CONTENT_LENGTH"])
            body = environment["wsgi.input"].read(size)
            self.asked.append(parse_qs(body.decode()))
            environment["wsgi.input"] = _Read(body)
        said: list[Any] = []

        def hold(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
            said[:] = status, headers

        content = b"".join(self.app(environment, hold))
        status, headers = said
        if self.silent:
            status, content = "500 Broken", b"nothing to say"
        elif path == "/.well-known/openid-configuration" and self.calls_itself:
            content = json.dumps(json.loads(content) | {"issuer": self.calls_itself}).encode()
        elif path == "/jwks":
            content = json.dumps(KeySet(self.published).as_dict(private=False)).encode()
        elif path == "/oauth2/token" and status.startswith("200"):
            content = self._bent(json.loads(content))
        kept = [one for one in headers if one[0].lower() != "content-length"]
        start(status, [*kept, ("content-length", str(len(content)))])
        return [content]

    def _bent(self, tokens: dict[str, Any]) -> bytes:
        part = tokens["id_token"].split(".")[1]
        claims = self.bend(json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))))
        signed = jwt.encode({"alg": "RS256", "kid": str(self.key.kid)}, claims, self.key)
        return json.dumps(tokens | {"id_token": self.sign(claims) if self.sign else signed}).encode()


class _Read:
    """A body that can be read once more."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def read(self, size: int = -1) -> bytes:
        """What is left, as far as it is wanted."""
        size = len(self._body) if size < 0 else size
        read, self._body = self._body[:size], self._body[size:]
        return read

    def readline(self, size: int = -1) -> bytes:
        """A form has no lines."""
        return self.read(size)


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any, **__: Any) -> None:
        """Requests are not told."""


@contextmanager
def provided() -> Iterator[tuple[str, Bent]]:
    """A provider that answers on a free port: its address, and what can be done to it."""
    bent = Bent()
    server = make_server("localhost", 0, bent, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}", bent
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
