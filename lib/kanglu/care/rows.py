"""What was given, as rows of the record: what is or was there by the day, closed where it is by then."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from kanglu.care.block import Block
from kanglu.care.calendar import NEVER, Ints, Mask, iso
from kanglu.care.evidence import Evidence
from kanglu.care.given import Given, words
from kanglu.record.rulings import Ruling


def rows_of(
    given: Sequence[Given], block: Block, evidence: Evidence, live: Callable[[str], int]
) -> Iterator[Ruling]:
    """The rows of everything that is there on the block's day, or was closed while its rule was in force.

    Nobody was asked for anything before the rule was live; a tag has been true for as long as it has.
    """
    for whole in given:
        since = live(whole.rule.id)
        kept = _there(whole, block.as_of, since)
        if kept.any():
            yield from _rows(whole.where(kept), block, evidence, since)


def _there(given: Given, as_of: int, live: int) -> Mask:
    there = (given.starts <= as_of) & (given.ends >= live) & (given.ends >= given.starts)
    if given.gift.kind == "tag":
        there &= given.ends > live
    if given.gift.kind == "message":
        there &= given.opens >= live
    return np.asarray(there)


def _rows(given: Given, block: Block, evidence: Evidence, live: int) -> Iterator[Ruling]:
    gift, rule, size = given.gift, given.rule, len(given)
    closed = given.ends <= block.as_of
    state, reason = words(size, "open"), words(size, None)
    state[closed], reason[closed] = given.state[closed], given.reason[closed]
    is_tag, is_journey = gift.kind == "tag", gift.kind == "journey"
    nothing: list[str | None] = [None] * size
    period = texts(given.period)
    columns = zip(
        block.ids[given.person].tolist(),
        period,
        texts(given.starts if is_tag else np.maximum(given.starts, live).astype(np.int32)),
        texts(np.where(closed, given.ends, NEVER).astype(np.int32)),
        state.tolist(),
        reason.tolist(),
        nothing if is_tag or is_journey else texts(given.opens),
        nothing if is_tag or is_journey else texts(given.due),
        nothing if is_tag or is_journey else texts(given.lapses),
        given.channel.tolist(),
        evidence.inputs(given),
        strict=True,
    )
    priority, role = (None, None) if is_tag or is_journey else (gift.priority, gift.role)
    kind, code = gift.kind, gift.code
    for person, of, starts, ends, how, why, opens, due, lapses, channel, inputs in columns:
        based_on = None if given.journey is None or is_journey else f"{given.journey}@{of}"
        yield Ruling(
            person, kind, code, rule.id, rule.version, str(of), given.part, str(starts), ends,
            how, why, opens, due, lapses, priority, role, channel, based_on, inputs,
        )  # fmt: skip


def texts(days: Ints) -> list[str | None]:
    """Days as ISO text, None for NEVER; each distinct day is written once."""
    distinct, place = np.unique(days, return_inverse=True)
    known = distinct < NEVER
    written = np.full(len(distinct), None, dtype=object)
    written[known] = iso(distinct[known])
    return list(written[place])
