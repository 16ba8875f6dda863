"""How anonymous an extract is, for whoever answers for data protection."""

from collections.abc import Iterator, Sequence

import numpy as np

from kanglu.i18n import Words
from kanglu.insight.extract import QUASI, Extract, Rung
from kanglu.insight.extract.columns import Column
from kanglu.reporting.blocks import Block, Cover, Heading, KeyValue, Prose, Table
from kanglu.reporting.blocks import Column as Head
from kanglu.reporting.cohort.figures import share_text
from kanglu.trust.consent import called

EDGES = (2, 5, 10, 20, 50, 100)
"""Sizes at which classes are told apart."""


def report(extract: Extract, made_by: str, version: str, _: Words) -> Iterator[Block]:
    """The report, block by block."""
    yield _cover(extract, version, _)
    yield Heading(_("How anonymous it is"))
    yield KeyValue(tuple(_figures(extract, _)), columns=2)
    yield Prose(
        _(
            "Each row is like at least {others} more in all that others may know of a person. Whoever knows "
            "all of that of somebody who is in it finds the row with a chance of {risk} at most.",
            others=extract.anonymity.k - 1,
            risk=share_text(1 / extract.anonymity.k),
        )
    )
    yield _histogram(extract, _)
    yield Heading(_("What each column tells"))
    yield _columns(extract, _)
    yield Heading(_("Whom it holds"))
    yield Table((_("Step"), Head(_("People"), "end")), tuple(_people(extract, _)))
    yield Heading(_("What it was made of"))
    yield KeyValue(tuple(_origin(extract, made_by, _)), columns=2)
    yield Prose(
        _(
            "Values are told as they were measured. An unusual one, such as a very tall person's height, may "
            "point at somebody whom others know by it: hand the extract on only under an agreement that "
            "forbids looking for people, and ask for no column that the question does not need."
        ),
        "note",
    )
    yield Prose(
        _("Method: full-domain generalisation and suppression to k-anonymity; GB/T 37964-2019 names both."),
        "note",
    )


def _cover(extract: Extract, version: str, _: Words) -> Cover:
    return Cover(
        title=_("Report on the anonymity of an extract"),
        subtitle=extract.wanted.expression,
        items=(
            (_("Rows"), f"{len(extract.rows):,}"),
            (_("Smallest class"), f"{extract.anonymity.k:,}"),
        ),
        institution=_("Kanglu health record"),
        cut_off=_("Data up to {day}", day=_.day(extract.known)),
        versions=(f"Kanglu {version}", _("catalogue {revision}", revision=extract.revision)),
        lang=_.lang,
    )


def _figures(extract: Extract, _: Words) -> Iterator[tuple[str, str]]:
    told = extract.anonymity
    yield _("Smallest class (k)"), f"{told.k:,}"
    yield _("Smallest class asked for"), f"{extract.wanted.k:,}"
    yield _("Equivalence classes"), f"{len(told.sizes):,}"
    yield _("Highest risk of being recognised"), share_text(1 / told.k)
    yield _("Mean risk of being recognised"), share_text(len(told.sizes) / len(extract.rows))
    yield _("Rows left out because few are alike"), _suppressed(extract)
    for column, fewest in extract.diversity.items():
        yield _("Fewest distinct values of {column} in a class (l)", column=column), f"{fewest}"


def _suppressed(extract: Extract) -> str:
    return (
        f"{extract.anonymity.suppressed:,} ({share_text(extract.anonymity.suppressed / extract.permitted)})"
    )


def _histogram(extract: Extract, _: Words) -> Table:
    sizes = extract.anonymity.sizes
    ends = (*EDGES[1:], None)
    rows = []
    for low, end in zip(EDGES, ends, strict=True):
        inside = sizes[(sizes >= low) & (sizes < (end or np.inf))]
        name = f"{low}–{end - 1}" if end else f"≥{low}"
        if low >= extract.wanted.k or len(inside):
            rows.append((name, f"{len(inside):,}", f"{int(inside.sum()):,}"))
    heads = (_("People in a class"), Head(_("Classes"), "end"), Head(_("Rows"), "end"))
    return Table(heads, tuple(rows), caption=_("Equivalence classes by their size"))


def _columns(extract: Extract, _: Words) -> Table:
    rows = [("pseudonym", _pseudonyms(extract, _))]
    rows += [(one.name, treatment(extract, one, _)) for one in extract.columns]
    return Table((_("Column"), _("What was done to it")), tuple(rows))


def _pseudonyms(extract: Extract, _: Words) -> str:
    if extract.wanted.project is None:
        return _("new in this extract: it cannot be joined with another")
    return _("the same in all extracts of the project {project}", project=extract.wanted.project)


def treatment(extract: Extract, column: Column, _: Words) -> str:
    """What was done to a column, in words."""
    if column.kind == "value":
        return _("told as it is")
    if column.kind == "day":
        return {
            "moved": _("moved back by one to 52 weeks, the same for all days of a person"),
            "month": _("known by the month"),
            "year": _("known by the year"),
        }[extract.wanted.days]
    rung = extract.anonymity.rungs[column.name]
    rungs = QUASI[column.name].rungs
    return _(
        "{what} (step {step} of {steps})",
        what=_rung(rung, _), step=rungs.index(rung) + 1, steps=len(rungs),
    )  # fmt: skip


def _rung(rung: Rung, _: Words) -> str:
    if rung.id == "bands":
        return _("in bands of {years} years", years=rung.width)
    return _("not told: * stands for everybody") if rung.id == "not_told" else _("told as it is")


def _people(extract: Extract, _: Words) -> Iterator[tuple[str, str]]:
    answers = {
        "not_asked": _("left out: not asked"),
        "refused": _("left out: refused"),
        "withdrawn": _("left out: withdrew"),
        "ended": _("left out: the permission has ended"),
    }
    yield _("whom the expression means"), f"{extract.panel:,}"
    for answer, count in extract.reasons.items():
        yield answers.get(answer, answer), f"{count:,}"
    yield _("left out: few are alike"), f"{extract.anonymity.suppressed:,}"
    yield _("in the extract"), f"{len(extract.rows):,}"


def _origin(extract: Extract, made_by: str, _: Words) -> Sequence[tuple[str, str]]:
    return (
        (_("Made by"), made_by),
        (_("Made for"), called(extract.wanted.purpose_of, _.lang)),
        (_("Whom"), extract.wanted.expression),
        (_("As of"), _.day(extract.as_of)),
        (_("What was recorded by"), _.day(extract.known)),
        (_("Catalogue"), extract.revision),
    )
