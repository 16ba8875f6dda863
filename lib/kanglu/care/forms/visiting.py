"""The visit that a form of a follow-up records: one of a day and way, whichever programmes it was about."""

from collections.abc import Iterator
from datetime import date

from kanglu.care.checks import now, require_known
from kanglu.care.entry import SETTINGS, Mode
from kanglu.care.forms.filling import Filled
from kanglu.care.tasks import held_on
from kanglu.record import Store
from kanglu.record.facts import WITHDRAWN, Encounter
from kanglu.record.moment import Moment
from kanglu.record.panel import read_facts


def require_enrolled(store: Store, person_id: int, filled: Filled, day: date, where: str) -> None:
    """Raise `RecordError` when a form records a visit of a programme that the person is not in then."""
    if filled.questionnaire.visit is None:
        return
    episodes = store.facts([person_id], "episode_of_care", Moment(day, store.known))
    held = held_on(episodes, day)["code"].dropna().tolist()
    require_known(filled.questionnaire.visit, "programme that the person is in then", held, where)


def visits(store: Store, person_id: int, filled: Filled, day: date, by: str | None) -> Iterator[Encounter]:
    """The visit of a form, under the write lock: it is that of other forms of the day and way too.

    Where the form said before that the visit was made in another way, that one is taken back.
    """
    programme, mode = filled.questionnaire.visit, filled.answers.get("mode")
    if programme is None or mode is None:
        return
    today = now(store).date()
    with store.database.reading() as connection:
        frame = read_facts(connection, [person_id], "encounter", Moment(today, today), None)
    keys = {f"follow-up/{day}/{way}": way for way in SETTINGS}
    programmes = {programme}
    known = frame[frame["source_key"].isin(keys)]
    for key, reason in zip(known["source_key"].tolist(), known["reason"].fillna("").tolist(), strict=True):
        about = set(filter(None, reason.split(",")))
        if keys[key] == mode:
            programmes |= about
        elif about == {programme}:
            gone = _visit(person_id, day, keys[key], programme, store, by)
            yield gone._replace(status=WITHDRAWN)
    yield _visit(person_id, day, str(mode), ",".join(sorted(programmes)), store, by)  # type: ignore[arg-type]


def _visit(person_id: int, day: date, way: Mode, about: str, store: Store, by: str | None) -> Encounter:
    return Encounter(
        person_id, "kanglu", "follow-up", day.isoformat(), clinical_status="finished",
        setting=SETTINGS[way], provider=by, reason=about, origin="measured",
        source=f"kanglu/{store.actor.id}", source_key=f"follow-up/{day}/{way}",
    )  # fmt: skip
