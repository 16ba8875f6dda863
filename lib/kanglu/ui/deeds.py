"""What stands in the audit log, in words: for supervisors, and for the person whose record it is."""

from collections.abc import Mapping

from kanglu.i18n import Words


def actions_in_words(_: Words) -> Mapping[str, str]:
    """What stands in the log as done, in words."""
    return {
        "open": _("opened the record"),
        "find": _("found by a search"),
        "panel": _("chose a group of people"),
        "read person": _("looked at the person"),
        "read dossier": _("read the whole record"),
        "read facts": _("read part of the record"),
        "read identity": _("saw name and birth date"),
        "read inputs": _("read values for scores"),
        "read results": _("read tags and tasks"),
        "read series": _("read a course of values"),
        "read versions": _("read earlier versions"),
        "read for rules": _("had the rules read"),
        "read consents": _("asked who allows it"),
        "read trail": _("read who had looked"),
        "read audit log": _("read the audit log"),
        "read receipt": _("read a receipt"),
        "show telephone": _("showed the telephone number"),
        "show identity": _("showed numbers and address in full"),
        "play recording": _("played a recording"),
        "open attachment": _("opened a letter or scan"),
        "open with reason": _("opened a record outside the panel"),
        "receive request": _("took down what the person asks"),
        "accept request": _("accepted what the person asks"),
        "refuse request": _("refused what the person asks"),
        "finish request": _("answered what the person asks"),
        "erase record": _("erased the record"),
        "write batch": _("entered or imported"),
        "undo batch": _("took a batch back"),
        "merge": _("merged two records"),
        "export": _("took out of the record"),
        "make safe copy": _("made a safe copy"),
        "evaluate": _("ran the rules"),
        "publish rules": _("published rules"),
        "propose rules": _("proposed rules"),
        "approve rules": _("approved rules"),
        "reject rules": _("rejected rules"),
        "withdraw rules": _("took a proposal back"),
        "sign in": _("signed in"),
        "sign out": _("signed out"),
        "sign-in refused": _("was refused at the sign-in"),
        "sign-in waits": _("gave the right password, but not all yet"),
        "code refused": _("gave a wrong code"),
        "end sessions": _("ended sessions"),
        "turn on second factor": _("turned the second factor on"),
        "turn off second factor": _("turned the second factor off"),
        "reset second factor": _("took a second factor off"),
        "require second factor": _("said who needs a second factor"),
        "make extract": _("made an extract"),
        "bind single sign-on": _("bound an account to the single sign-on"),
        "unbind single sign-on": _("unbound an account from the single sign-on"),
        "make account": _("made an account"),
        "change account": _("changed an account"),
        "enable account": _("opened an account again"),
        "disable account": _("closed an account"),
        "reset password": _("reset a password"),
        "change password": _("changed the password"),
        "backup": _("made a backup"),
        "restore": _("restored a backup"),
        "show keys": _("looked which keys there are"),
        "rotate key": _("changed the key"),
        "rewrite files": _("encrypted files anew"),
        "retire keys": _("took old keys out"),
        "sweep media": _("removed files of no record"),
    }


def purpose_in_words(purpose: str, _: Words) -> str:
    """For what the record was opened."""
    return {
        "care": _("care"), "report": _("reports"), "analysis": _("analysis"),
        "administration": _("administration"),
    }.get(purpose, purpose)  # fmt: skip
