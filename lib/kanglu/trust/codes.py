"""Codes of a second factor: six figures that an app shows (TOTP, RFC 6238), and those for when it is lost."""

import hashlib
import secrets
from datetime import datetime
from typing import Final

from kanglu.trust.passwords import LETTERS

RECOVERY_CODES: Final = 10
WINDOW: Final = 1
"""So many steps of half a minute a clock may be before or behind ours."""
_ISSUER: Final = "Kanglu"


def new_secret() -> str:
    """What our database and somebody's app will have in common: 160 random bits, in base 32."""
    from pyotp import random_base32

    return random_base32()


def address(secret: str, account: str) -> str:
    """What an app reads from a picture to show the codes of a secret."""
    from pyotp import TOTP

    return TOTP(secret).provisioning_uri(name=account, issuer_name=_ISSUER)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The half minute that a code is of, when it is right about now; None for any other text."""
    from pyotp import TOTP
    from pyotp.exceptions import OTPVerificationError

    try:
        return TOTP(secret).verify_and_get_timecode(_plain(code), for_time=now, valid_window=WINDOW)
    except OTPVerificationError:
        return None


def recovery_codes() -> tuple[str, ...]:
    """Codes that are worth one sign-in each: four groups of four that can be read out, 79 bits."""
    return tuple(
        "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
        for _ in range(RECOVERY_CODES)
    )


def recovery_hash(code: str) -> str:
    """What is kept of such a code, however it was typed: nobody tries all that it could be."""
    return hashlib.sha256(_plain(code).encode()).hexdigest()


def _plain(code: str) -> str:
    return "".join(one for one in code.lower() if one.isalnum())
