"""The provider of single sign-on: OpenID Connect's authorization code flow, with PKCE, state and nonce.

What it says of somebody is believed when its signature is of a key that the provider publishes now, and it is
from this provider, for us, for this sign-in, and of this moment. Tokens are looked at and thrown away.
"""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self
from urllib.parse import urlsplit

from kanglu.errors import KangluError, PermissionDenied, RecordError

if TYPE_CHECKING:
    from authlib.integrations.starlette_client import StarletteOAuth2App

ISSUER, CLIENT = "KANGLU_OIDC_ISSUER", "KANGLU_OIDC_CLIENT"
SECRET, SECRET_FILE = "KANGLU_OIDC_SECRET", "KANGLU_OIDC_SECRET_FILE"
NAME = "KANGLU_OIDC_NAME"
SIGNED: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Ways of signing that are believed: with a key of the provider's own, which nobody else knows."""
LEEWAY: Final = 60
"""Seconds that the provider's clock may be before or behind ours."""
_SECONDS: Final = 10
"""How long the provider is waited for."""
_KEPT: Final = 3600
"""Seconds for which its addresses and keys are believed; an unknown key is asked for at once."""
_HERE: Final = ("localhost", "127.0.0.1", "::1")


class NotThere(KangluError):
    """The provider cannot be reached, or does not answer as one."""


class Begun(NamedTuple):
    """A sign-in that has been begun, as the browser brings it back.

    Parameters
    ----------
    state, nonce : tie what comes back to this browser, and what is said to this sign-in.
    verifier : shows the provider that it was we who began.
    back : our address to which the provider leads back.
    """

    state: str
    nonce: str
    verifier: str
    back: str


@dataclass(eq=False)
class Provider:
    """One provider.

    Parameters
    ----------
    issuer : its address, as it names itself.
    client, secret : as whom it knows us.
    name : how it is called on the sign-in page; its host when empty.
    """

    issuer: str
    client: str
    secret: str = field(repr=False)
    name: str = ""
    _app: "StarletteOAuth2App | None" = field(default=None, repr=False)
    _since: float = field(default=0.0, repr=False)

    def __post_init__(self) -> None:
        address = urlsplit(self.issuer)
        if address.scheme != "https" and address.hostname not in _HERE:
            raise RecordError(
                "The provider of single sign-on has to speak https.",
                where=ISSUER,
                remedy="Name its https address.",
            )
        self.name = self.name or str(address.hostname)

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> Self | None:
        """The provider that the environment names; None where it names none.

        Raises `RecordError` where something is missing.
        """
        issuer = environment.get(ISSUER, "").strip()
        if not issuer:
            return None
        client, secret = environment.get(CLIENT, "").strip(), environment.get(SECRET, "")
        if path := environment.get(SECRET_FILE):
            try:
                secret = Path(path).read_text("utf-8")
            except OSError as error:
                remedy = "Name a file that the server may read."
                raise RecordError(f"{error.strerror}.", where=SECRET_FILE, remedy=remedy) from None
        for name, value in ((CLIENT, client), (f"{SECRET} or {SECRET_FILE}", secret.strip())):
            if not value:
                remedy = "Set it to what the provider gave you."
                raise RecordError("Single sign-on is half set up.", where=name, remedy=remedy)
        return cls(issuer, client, secret.strip(), environment.get(NAME, "").strip())

    async def begin(self, back: str) -> tuple[str, Begun]:
        """Where the browser goes to sign in, and what it has to bring back. Raises `NotThere`."""
        app = await self._known()
        said = await app.create_authorization_url(back)
        return said["url"], Begun(said["state"], said["nonce"], said["code_verifier"], back)

    async def subject(self, code: str, begun: Begun) -> str:
        """Who has signed in, for the code that came back.

        Raises `PermissionDenied` where what is said is not believed, `NotThere` where nothing is.
        """
        from authlib.common.errors import AuthlibBaseError
        from joserfc.errors import JoseError

        app, meant = await self._known(), {"redirect_uri": begun.back, "code_verifier": begun.verifier}
        wanted = {"iss": self.issuer, "aud": self.client}
        options = {claim: {"essential": True, "value": value} for claim, value in wanted.items()}
        try:
            tokens = await app.fetch_access_token(code=code, **meant)
            said = await app.parse_id_token(tokens, begun.nonce, claims_options=options, leeway=LEEWAY)
        except (AuthlibBaseError, JoseError) as error:
            raise _not_believed(str(error)) from None
        except Exception as error:  # whatever an answer that is none leads to
            raise _no_answer(self.issuer, error) from None
        if said is None or not isinstance(said.get("sub"), str) or not said["sub"]:
            raise _not_believed("nobody is named")
        return str(said["sub"])

    async def _known(self) -> "StarletteOAuth2App":
        """The provider, with what it says of itself."""
        if self._app is None or time.monotonic() - self._since > _KEPT:
            self._app, self._since = self._made(), time.monotonic()
        try:
            said: dict[str, Any] = await self._app.load_server_metadata()
        except Exception as error:
            self._app = None
            raise _no_answer(self.issuer, error) from None
        if said.get("issuer") != self.issuer:
            self._app = None
            raise NotThere(
                f"The provider calls itself {said.get('issuer')!r}.", where=ISSUER, remedy="Name it the same."
            )
        said["id_token_signing_alg_values_supported"] = list(SIGNED)
        return self._app

    def _made(self) -> "StarletteOAuth2App":
        from authlib.integrations.starlette_client import StarletteIntegration, StarletteOAuth2App

        return StarletteOAuth2App(
            StarletteIntegration("kanglu"),
            client_id=self.client,
            client_secret=self.secret,
            server_metadata_url=self.issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={"scope": "openid", "code_challenge_method": "S256", "timeout": _SECONDS},
        )


def _not_believed(why: str) -> PermissionDenied:
    return PermissionDenied(f"What the single sign-on says is not believed: {why}.", remedy="Begin again.")


def _no_answer(issuer: str, error: Exception) -> NotThere:
    return NotThere(
        f"The single sign-on does not answer: {type(error).__name__}.",
        where=issuer,
        remedy="Try again later.",
    )
