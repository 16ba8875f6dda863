"""What the person should do: sentences by kind, each with what in the record it is said for."""

from collections.abc import Iterator
from itertools import groupby

from kanglu.care.advice import Advised, Given
from kanglu.care.today import Why
from kanglu.catalogue.advice import AdviceKind
from kanglu.i18n import Words
from kanglu.reporting.blocks import Advice, Block, Heading, Prose, Span
from kanglu.reporting.wording import day_text, listing


def advice(advised: Advised, _: Words) -> Iterator[Block]:
    """The section; none for whom nothing is advised."""
    if not advised.given:
        return
    yield Heading(_("Advice"))
    yield Prose(
        _(
            "Chosen from what the record says on {day}. Talk it over with your doctor.",
            day=_.day(advised.as_of),
        ),
        "note",
    )
    for kind, some in groupby(advised.given, lambda one: one.kind):
        yield Heading(_kind(kind, _), 2)
        for one in some:
            yield Advice((one.text, Span(_reasons(one, _), "quiet")), f"{one.id} {one.version}")
    against = sorted({name for one in advised.withheld if one.because == "allergy" for name in one.of})
    if against:
        names = listing(against, _)
        yield Prose(
            _("Left out because of allergies on record: advice to eat or use {names}.", names=names), "note"
        )
    yield Prose(_sources(advised, _), "note")


def _kind(kind: AdviceKind, _: Words) -> str:
    return {
        "diet": _("Food and drink"),
        "exercise": _("Exercise"),
        "mind": _("Mind and mood"),
        "medicine": _("Taking medicines"),
        "rest": _("Rest and daily life"),
        "monitoring": _("Measuring and watching"),
        "tcm": _("Chinese medicine"),
    }[kind]


def _reasons(one: Given, _: Words) -> str:
    reasons = ("；" if _.lang == "zh" else "; ").join(_reason(why, _) for why in one.why)
    said = _("(because: {reasons})", reasons=reasons)
    return said if _.lang == "zh" else f" {said}"


def _reason(why: Why, _: Words) -> str:
    """A value with its day; a state with the year since when, for many sources tell no more of it."""
    if why.on is None:
        return f"{why.what} {why.value}" if why.value else why.what
    if why.value is None:
        return _("{what} since {day}", what=why.what, day=day_text(str(why.on.year), _))
    return _("{what} {value} on {day}", what=why.what, value=why.value, day=_.day(why.on))


def _sources(advised: Advised, _: Words) -> str:
    documents = list(dict.fromkeys(one.source.split(" · ")[0] for one in advised.given))
    said = _("Sources of the advice: {names}.", names=listing(documents, _))
    if all(one.checked for one in advised.given):
        return said
    remark = _("They are known at second hand, and nobody has held the wording against the issued texts yet.")
    return f"{said}{remark}" if _.lang == "zh" else f"{said} {remark}"
