"""How a fact was obtained; every fact says so."""

from typing import Literal, get_args

Origin = Literal["measured", "reported", "imported", "derived", "defaulted"]
ORIGINS: tuple[str, ...] = get_args(Origin)
