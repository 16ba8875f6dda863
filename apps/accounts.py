"""Accounts: who may sign in and as what, for administrators."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from kanglu.care.book import in_force
from kanglu.errors import KangluError, NotFound, PermissionDenied
from kanglu.i18n import Words
from kanglu.record.accounts import Account
from kanglu.trust import Action, Purpose, Resource, Role
from kanglu.ui import Page, act
from kanglu.ui.frame import role_name


class Given(NamedTuple):
    """A password for one sign-in, shown once."""

    account: str
    password: str


class Accounts(Page):
    """Everybody who may sign in."""

    routes: ClassVar[tuple[str, ...]] = ("/accounts",)
    template: ClassVar[str] = "accounts.html"
    menu: ClassVar[int | None] = 85
    needs: ClassVar = ((Action.WRITE, Resource.ACCOUNTS),)
    purpose: ClassVar[Purpose] = Purpose.ADMINISTRATION
    width: ClassVar[str] = "wide"

    @classmethod
    def name_in_menu(cls, _: Words) -> str:
        """Accounts."""
        return _("Accounts")

    def opened(self) -> None:
        """Read them, and the one that the address names."""
        self.staff = {one.id: one.name for one in in_force(self.store).staff.values()}
        self.given: Given | None = None
        self.id = self.query.get("account", "")
        self.load()

    def load(self) -> None:
        """Read the accounts as they are now."""
        accounts = self.house.accounts
        self.rows = accounts.all()
        self.signed_in = accounts.last_signed_in(self.visitor.actor)
        self.with_factor = accounts.roles_with_factor()

    # -- what the template asks ------------------------------------------------------------------

    @property
    def chosen(self) -> Account | None:
        """The account that is looked at."""
        return next((one for one in self.rows if one.id == self.id), None)

    @property
    def mine(self) -> bool:
        """Whether it is the visitor's own."""
        return self.id == self.visitor.account.id

    def values(self) -> Mapping[str, Any]:
        """The choices of the forms."""
        roles = [(str(role), role_name(role, self._)) for role in Role]
        return {
            "roles": roles, "members": self._members(), "institutions": self._institutions(),
            "elsewhere": self.house.provider is not None,
        }  # fmt: skip

    def _members(self) -> Sequence[tuple[str, str]]:
        held = {one.practitioner for one in self.rows if one.practitioner}
        named = self.staff | {one: one for one in held if one not in self.staff}
        return sorted(named.items(), key=lambda one: one[1])

    def _institutions(self) -> Sequence[str]:
        return sorted({one.institution for one in self.rows if one.institution})

    def role(self, role: Role) -> str:
        """A role in words."""
        return role_name(role, self._)

    def member(self, one: Account) -> str:
        """The member of the staff that an account is."""
        return self.staff.get(one.practitioner, one.practitioner) if one.practitioner else ""

    def wrong(self, error: KangluError) -> str:
        """An error in the words of the page."""
        _ = self._
        match error:
            case PermissionDenied():
                return _(
                    "Nobody changes their own role or disables their own account: ask another administrator."
                )
            case NotFound():
                return _("There is no such account any more. Load the page anew.")
        if error.what == "There is such an account.":
            return _("There is an account of this name already. Choose another name.")
        if error.what.startswith("Another account is bound"):
            return _("Another account is bound to this name of the single sign-on.")
        if error.where == "account":
            return _("The name of an account is of letters, digits, dots, hyphens and underscores.")
        return super().wrong(error)

    # -- what is done ------------------------------------------------------------------------------

    @act(any_day=True)
    def choose(self, account: str = "") -> None:
        """Look at an account, or at none."""
        self.id = account
        self.load()
        self.place(f"/accounts?account={account}" if self.chosen else "/accounts")
        if self.chosen:
            self.focus("chosen-title")

    @act(any_day=True)
    def add(
        self,
        id: str,
        called: str,
        role: Role,
        practitioner: str | None = None,
        institution: str | None = None,
    ) -> None:
        """Make an account."""
        add, by = self.house.accounts.add, self.visitor.actor
        self._give(id.strip().lower(), add(by, id, called, role, practitioner, institution=institution))

    @act(any_day=True)
    def change(
        self,
        account: str,
        called: str,
        role: Role,
        practitioner: str | None = None,
        institution: str | None = None,
    ) -> None:
        """Say anew who somebody is and what they may."""
        self.house.accounts.change(self.visitor.actor, account, called, role, practitioner, institution)
        self.load()
        self.tell(self._("It is changed."))

    @act(any_day=True)
    def reset(self, account: str) -> None:
        """Give a new password for one sign-in."""
        self._give(account, self.house.accounts.reset(self.visitor.actor, account))

    @act(any_day=True)
    def enable(self, account: str) -> None:
        """Let somebody sign in again."""
        self._give(account, self.house.accounts.enable(self.visitor.actor, account))

    @act(any_day=True)
    def disable(self, account: str) -> None:
        """Let somebody sign in no more."""
        self.house.accounts.disable(self.visitor.actor, account)
        self.load()
        self.tell(self._("{name} may no longer sign in.", name=self.called(account)))

    @act(any_day=True)
    def end_sessions(self, account: str) -> None:
        """Sign somebody out everywhere."""
        self.house.accounts.end_sessions(self.visitor.actor, account)
        self.load()
        self.tell(self._("{name} is signed out everywhere.", name=self.called(account)))

    @act(any_day=True)
    def reset_factor(self, account: str) -> None:
        """Take a lost second factor off."""
        self.house.accounts.reset_factor(self.visitor.actor, account)
        self.load()
        self.tell(self._("{name} signs in without a second factor now.", name=self.called(account)), "note")

    @act(any_day=True)
    def bind(self, account: str, subject: str = "") -> None:
        """Say who an account is to the single sign-on."""
        self.house.accounts.bind(self.visitor.actor, account, subject)
        self.load()
        self.tell(self._("It is changed."))

    @act(any_day=True)
    def ask_for_factor(self, roles: list[Role]) -> None:
        """Say which roles sign in with a second factor alone."""
        self.house.accounts.require_factor(self.visitor.actor, frozenset(roles))
        self.load()
        self.tell(self._("It holds from the next sign-in on."))

    @act(any_day=True, parts=("given",))
    def noted(self) -> None:
        """The password was written down: show it no more."""
        self.given = None

    def _give(self, id: str, password: str) -> None:
        self.given, self.id = Given(id, password), id
        self.load()
        self.place(f"/accounts?account={id}")
        self.focus("given")
