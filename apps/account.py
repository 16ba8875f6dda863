"""My account: one's password, second factor and open sessions."""

from collections.abc import Mapping
from typing import Any, ClassVar

from kanglu.errors import KangluError, PermissionDenied
from kanglu.i18n import Words
from kanglu.record.accounts import Account
from kanglu.trust.permissions import Right
from kanglu.ui import Page, act
from kanglu.ui.frame import role_name


class MyAccount(Page):
    """One's own account."""

    routes: ClassVar[tuple[str, ...]] = ("/account",)
    template: ClassVar[str] = "account.html"
    needs: ClassVar[tuple[Right, ...]] = ()
    width: ClassVar[str] = "narrow"

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        """My account."""
        return _("My account")

    def opened(self) -> None:
        """Read it."""
        self.load()

    def load(self) -> None:
        """Read the account as it is now, and where it is signed in."""
        accounts, token = self.house.accounts, self.visitor.token
        self.account: Account = accounts.who(token) or self.visitor.account
        self.sessions = accounts.sessions(token)
        self.must = self.account.role in accounts.roles_with_factor()

    def values(self) -> Mapping[str, Any]:
        """How the role and the single sign-on are called."""
        provider = self.house.provider
        elsewhere = None if provider is None else provider.name
        return {"role": role_name(self.account.role, self._), "elsewhere": elsewhere}

    def wrong(self, error: KangluError) -> str:
        """An error in the words of the page."""
        if isinstance(error, PermissionDenied):
            return self._(
                "The code is wrong or was used before, or there were too many wrong ones. Wait for the next."
            )
        return super().wrong(error)

    @act(any_day=True, parts=("bound",))
    def unbind(self) -> None:
        """Sign in by password alone from now on."""
        self.house.accounts.bind(self.visitor.actor, self.account.id, None)
        self.load()
        self.tell(self._("Your account is no longer bound."), "note")

    @act(any_day=True, parts=("sessions",))
    def end(self, key: str) -> None:
        """End one of the other sessions."""
        self.house.accounts.end_others(self.visitor.token, key, self.visitor.came_from)
        self.load()
        self.tell(self._("That session has ended."))

    @act(any_day=True, parts=("sessions",))
    def end_others(self) -> None:
        """End all sessions but this one."""
        self.house.accounts.end_others(self.visitor.token, came_from=self.visitor.came_from)
        self.load()
        self.tell(self._("All other sessions have ended."))

    @act(any_day=True, parts=("factor",))
    def turn_off(self, code: str) -> None:
        """Sign in without a second factor from now on."""
        self.house.accounts.turn_off(self.visitor.token, code, self.visitor.came_from)
        self.load()
        self.tell(self._("The second factor is off."), "note")
