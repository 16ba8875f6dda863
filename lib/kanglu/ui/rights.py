"""What a person allowed, and what they ask about their own record, in words."""

from typing import TYPE_CHECKING

from kanglu.i18n import Words

if TYPE_CHECKING:
    from kanglu.care.consents import Answer
    from kanglu.record.requesting import RequestKind, RequestState


def answer_in_words(answer: "Answer", _: Words) -> tuple[str, str]:
    """Where somebody stands to a purpose, and how it looks."""
    return {
        "allowed": (_("allowed"), "ok"), "refused": (_("refused"), "high"),
        "withdrawn": (_("withdrawn"), "high"), "ended": (_("ended"), "watch"),
        "not_asked": (_("not asked"), ""),
    }[answer]  # fmt: skip


def kinds_in_words(_: Words) -> "dict[RequestKind, str]":
    """What can be asked."""
    return {
        "access": _("to see what is kept"), "export": _("to be given a copy"),
        "correction": _("to have something corrected"), "erasure": _("to have the record erased"),
    }  # fmt: skip


def state_in_words(state: "RequestState", _: Words) -> tuple[str, str]:
    """Where a request stands, and how it looks."""
    return {
        "received": (_("waits for a decision"), "watch"), "accepted": (_("accepted, not done yet"), "info"),
        "done": (_("answered"), "ok"), "refused": (_("request refused"), "high"),
    }[state]  # fmt: skip
