"""The visit that a form of a follow-up records: one of a day and way, whichever programmes it was about."""

from collections.abc import Iterator, Sequence
from datetime import date

import pandas as pd

from kanglu.care.checks import require_known
from kanglu.care.entry import SETTINGS, Mode
from kanglu.care.forms.filling import Filled
from kanglu.care.tasks import held_on
from kanglu.record import Store
from kanglu.record.facts import WITHDRAWN, Encounter
from kanglu.record.moment import Moment


def require_enrolled(store: Store, person_id: int, filled: Filled, day: date, where: str) -> None:
    """Raise `RecordError` when a form records a visit of a programme that the person is not in then."""
    if filled.questionnaire.visit is None:
        return
    episodes = store.facts([person_id], "episode_of_care", Moment(day, store.known))
    held = held_on(episodes, day)["code"].dropna().tolist()
    require_known(filled.questionnaire.visit, "programme that the person is in then", held, where)


def visits(
    held: pd.DataFrame, person_id: int, fills: Sequence[Filled], day: date, by: str | None, source: str
) -> Iterator[Encounter]:
    """The visit of forms of a day: it is that of other forms of the day and way too.

    Where the forms said before that the visit was made in another way, that one is taken back.

    Parameters
    ----------
    held : the visits that the record holds of the person.
    """
    modes: dict[str, set[str]] = {}
    for filled in fills:
        programme, mode = filled.questionnaire.visit, filled.answers.get("mode")
        if programme is not None and mode is not None:
            modes.setdefault(str(mode), set()).add(programme)
    keys = {f"follow-up/{day}/{way}": way for way in SETTINGS}
    known = held[held["source_key"].isin(keys)]
    about = {
        keys[key]: set(filter(None, reason.split(",")))
        for key, reason in zip(known["source_key"].tolist(), known["reason"].fillna("").tolist(), strict=True)
    }
    said = set().union(*modes.values())
    for way, before in about.items():
        # What an enter form without programmes said stays: it is nobody's to take back.
        if before and before <= said and way not in modes:
            gone = _visit(person_id, day, way, ",".join(sorted(before)), source, by)
            yield gone._replace(status=WITHDRAWN)
    for mode, programmes in modes.items():
        every = ",".join(sorted(programmes | about.get(mode, set())))  # type: ignore[call-overload]
        yield _visit(person_id, day, mode, every, source, by)  # type: ignore[arg-type]


def _visit(person_id: int, day: date, way: Mode, about: str, source: str, by: str | None) -> Encounter:
    return Encounter(
        person_id, "kanglu", "follow-up", day.isoformat(), clinical_status="finished",
        setting=SETTINGS[way], provider=by, reason=about, origin="measured",
        source=source, source_key=f"follow-up/{day}/{way}",
    )  # fmt: skip
