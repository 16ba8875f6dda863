"""The role matrix: every function of the store, called by every role, about one's own and about another's.

A function that is added to the store has to be added here: nothing is open because nobody thought of it.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from tests import sounds

from kanglu import record
from kanglu.errors import NotInPanel, PermissionDenied, RecordError
from kanglu.record import Store
from kanglu.record.facts import CareTeam, Identifier, Media, Observation, PersonStatement, Telecom
from kanglu.record.people import PersonView
from kanglu.record.trail import Sought
from kanglu.trust import Actor, Role
from kanglu.trust.permissions import PURPOSES

MANAGER, CLINICIAN, SUPERVISOR, ANALYST, OPERATOR, ADMIN = Role
CARERS = {MANAGER, CLINICIAN, SUPERVISOR, ADMIN}
FACTS = CARERS | {ANALYST}
WRITE = CARERS | {OPERATOR}
EXTRACT = {SUPERVISOR, ANALYST}
UNDO = {MANAGER, OPERATOR, ADMIN}
VERIFY = {MANAGER, SUPERVISOR, OPERATOR, ADMIN}
TRAIL = {MANAGER, SUPERVISOR, ADMIN}
ANSWER = {SUPERVISOR, ADMIN}
APPROVE = {CLINICIAN, SUPERVISOR, ADMIN}
ALL = set(Role)
WALLED = {MANAGER, CLINICIAN}
"""Roles that see no more than their own panel."""


@dataclass(frozen=True)
class Case:
    """Whom a function is called about."""

    number: str
    id: int
    view: PersonView
    tone: bytes

    @property
    def pair(self) -> tuple[str, str]:
        return self.number, "K000099"


type Call = Callable[[Store, Case], Any]

OF_A_PERSON: dict[str, tuple[set[Role], Call]] = {
    "person": (FACTS, lambda s, c: s.person(named(s, c))),
    "dossier": (FACTS, lambda s, c: s.dossier(named(s, c))),
    "dossiers": (FACTS, lambda s, c: list(s.dossiers([c.id]))),
    "people": (FACTS, lambda s, c: s.people([c.id], s.moment)),
    "inputs": (FACTS, lambda s, c: s.inputs([c.id], s.moment)),
    "facts": (FACTS, lambda s, c: s.facts([c.id], "observation", s.moment)),
    "facts_entered": (FACTS, lambda s, c: s.facts_entered(c.id, "observation", s.moment)),
    "known_entered": (FACTS, lambda s, c: s.known_entered(c.id, s.moment, ["care_team"])),
    "series": (FACTS, lambda s, c: s.series(c.view, "weight", None, None)),
    "results": (FACTS, lambda s, c: s.results([c.id])),
    "versions": (FACTS, lambda s, c: s.versions(c.id, "observation", "x")),
    "media_of": (FACTS, lambda s, c: s.media_of(c.view)),
    "telephones": (CARERS, lambda s, c: s.telephones(c.view)),
    "masked_telephones": (CARERS, lambda s, c: s.masked_telephones([c.id])),
    "identity": (CARERS, lambda s, c: s.identity(c.view)),
    "masked_identity": (CARERS, lambda s, c: s.masked_identity(c.view)),
    "open_paper": (CARERS, lambda s, c: s.open_paper(c.view, c.id)),
    "play_media": (CARERS, lambda s, c: s.play_media(c.view, c.id)),
    "trail": (TRAIL, lambda s, c: s.trail(c.view)),
    "consents": (FACTS, lambda s, c: s.consents([c.id], "care", s.moment)),
    "known_facts": (ALL, lambda s, c: s.known_facts([c.id], ["weight"], s.as_of, s.known)),
    "current_results": (ALL, lambda s, c: s.current_results([c.id], s.known)),
    "receive_request": (CARERS, lambda s, c: s.receive_request(c.view, "access", s.as_of, s.as_of, "x")),
    "merge": (WRITE, lambda s, c: s.merge(*c.pair)),
}
"""What is asked about a person: who may, and whoever has a wall may not beyond it.

An operator and an analyst have rules read what they run over; neither is shown it by a page or a report.
"""

OTHERS: dict[str, tuple[set[Role], Call]] = {
    "search": (CARERS, lambda s, c: s.search("一一")),
    "find": (CARERS, lambda s, c: s.find("一一")),
    "panel": (FACTS, lambda s, c: s.panel("all")),
    "open_with_reason": (CARERS, lambda s, c: s.open_with_reason(c.number, "reason")),
    "batch": (WRITE, lambda s, c: s.batch("x").__enter__()),
    "for_rules": (WRITE, lambda s, c: s.for_rules()),
    "undo": (UNDO, lambda s, c: s.undo(99)),
    "exported": (FACTS, lambda s, c: s.exported("x", [c.number])),
    "write_copy": (FACTS, lambda s, c: s.write_copy([], Path(mkdtemp()) / "x.sqlite", move_days=False)),
    "extracted": (EXTRACT, lambda s, c: s.extracted([c.id], {"people": 1})),
    "audit_log": ({SUPERVISOR, ADMIN}, lambda s, c: s.audit_log(Sought())),
    "verify": (VERIFY, lambda s, c: s.verify()),
    "keep_paper": (WRITE, lambda s, c: s.keep_paper(b"%PDF-1.7 %%EOF")),
    "keep_media": (WRITE, lambda s, c: s.keep_media(c.tone)),
    "sweep_media": (UNDO, lambda s, c: s.sweep_media()),
    "care_teams": (FACTS, lambda s, c: s.care_teams(s.moment)),
    "served_by": (FACTS, lambda s, c: s.served_by("kanglu/x", s.as_of)),
    "asked_for": (ALL, lambda s, c: s.asked_for(s.as_of, s.known, ["task"], [])),
    "batch_list": (WRITE, lambda s, c: s.batch_list()),
    "batch_of": (WRITE, lambda s, c: s.batch_of(1)),
    "batch_problems": (WRITE, lambda s, c: s.batch_problems(1)),
    "batch_problem_fields": (WRITE, lambda s, c: s.batch_problem_fields(1)),
    "set_aside": (WRITE, lambda s, c: s.set_aside()),
    "begin_evaluation": (WRITE, lambda s, c: s.begin_evaluation(s.as_of, s.known, "r", "people", 0)),
    "write_results": (WRITE, lambda s, c: s.write_results(0, s.as_of, "r", [], [], [])),
    "complete_evaluation": (WRITE, lambda s, c: s.complete_evaluation(0, {})),
    "enter_rule_versions": (WRITE, lambda s, c: s.enter_rule_versions([])),
    "propose_rules": (CARERS, lambda s, c: s.propose_rules({}, "why", "r", [])),
    "approve_rules": (APPROVE, lambda s, c: s.approve_rules(99, [], [])),
    "reject_rules": (APPROVE, lambda s, c: s.reject_rules(99, "no", [])),
    "withdraw_rules": (CARERS, lambda s, c: s.withdraw_rules(99, [])),
    "publish": (WRITE, lambda s, c: s.publish([])),
    "rights_requests": (CARERS, lambda s, c: s.rights_requests()),
    "rights_request": (CARERS, lambda s, c: s.rights_request(99)),
    "accept_request": (ANSWER, lambda s, c: s.accept_request(99)),
    "refuse_request": (ANSWER, lambda s, c: s.refuse_request(99, "x")),
    "finish_request": (ANSWER, lambda s, c: s.finish_request(99, "x")),
    "erase": (ANSWER, lambda s, c: s.erase(99)),
    "save_draft": (WRITE, lambda s, c: s.save_draft("k", {})),
    "draft": (FACTS, lambda s, c: s.draft("k")),
    "drafts": (FACTS, lambda s, c: s.drafts()),
    "drop_draft": (WRITE, lambda s, c: s.drop_draft("k")),
}
"""What is asked about nobody in particular, and who may."""

NAMES_NOBODY = {
    *("close", "called", "status", "batches", "batch_labelled", "people_count", "everybody"),
    *("seen", "stamp", "last_evaluation", "changed_people", "due_people", "people_to_evaluate"),
    *("rule_versions", "published", "publications", "rule_proposal", "rule_proposals"),
}
"""Counts, ids, and the rules themselves: for whoever may open the record."""


def named(store: Store, case: Case) -> str:
    """The number under which the actor knows the person."""
    mask = store._mask()
    return case.number if mask is None else mask.pseudonym(case.id)


@pytest.fixture
def cases(store: Store) -> tuple[Case, Case]:
    """Somebody in the panel of `me`, and somebody in a colleague's, each with a recording."""
    made, tone = [], sounds.wav(1)
    with store.batch("b") as writer:
        for number, by in ((1, "me"), (2, "other")):
            way = Telecom("phone", f"1391234567{number}")
            said = PersonStatement((Identifier("mrn", f"A{number}"),), "一一", telecoms=(way,))
            person = writer.person(said)
            writer.add(Observation(person, "weight", "2026-01-02", value=60.0))
            writer.add(CareTeam(person, "kanglu", "manager", "2026-01-02", practitioner=by))
            kept = store.keep_media(tone)
            writer.add(
                Media(person, "kanglu", "recording", "2026-01-02", about="x", sha256=kept.sha256,
                      content_type=kept.sound.content_type, location=kept.location)
            )  # fmt: skip
    for number in (1, 2):
        view = store.person(f"K00000{number}").view
        made.append(Case(view.record_number, view.id, view, tone))
    return made[0], made[1]


@pytest.fixture(params=Role)
def theirs(
    request: pytest.FixtureRequest, store: Store, cases: tuple[Case, Case], clock: Any
) -> Iterator[Store]:
    """The record, opened by somebody of each role who is `me` in the care teams."""
    role = request.param
    purpose = next(one for one in ("care", "analysis", "administration") if one in PURPOSES[role])
    url = store.database.url.render_as_string(hide_password=False)
    with record.open(url, actor=Actor("me", "Me", role, "me"), purpose=purpose, clock=clock) as opened:
        yield opened


def outcome(call: Call, store: Store, case: Case) -> str:
    """What came of it: beyond the wall, not for the role, or let through, whether it could be done or not."""
    try:
        call(store, case)
    except NotInPanel:
        return "beyond the wall"
    except PermissionDenied:
        return "denied"
    except RecordError:
        return "allowed"
    return "allowed"


def test_every_function_of_the_store_is_in_the_matrix() -> None:
    public = {name for name, _ in inspect.getmembers(Store, inspect.isfunction) if not name.startswith("_")}
    assert public == {*OF_A_PERSON, *OTHERS, *NAMES_NOBODY}


def test_what_each_role_may_of_somebody_in_its_panel(theirs: Store, cases: tuple[Case, Case]) -> None:
    role = theirs.actor.role
    for name, (roles, call) in {**OF_A_PERSON, **OTHERS}.items():
        wanted = "allowed" if role in roles else "denied"
        assert (name, outcome(call, theirs, cases[0])) == (name, wanted)


def test_what_each_role_may_of_somebody_in_anothers_panel(theirs: Store, cases: tuple[Case, Case]) -> None:
    role = theirs.actor.role
    for name, (roles, call) in OF_A_PERSON.items():
        beyond = "beyond the wall" if role in WALLED else "allowed"
        wanted = beyond if role in roles else "denied"
        assert (name, outcome(call, theirs, cases[1])) == (name, wanted)


def test_lists_leave_out_whom_the_role_may_not_see(theirs: Store) -> None:
    seen = [1] if theirs.actor.role in WALLED else [1, 2]
    assert theirs.everybody() == seen
    if theirs.actor.role in FACTS:
        assert theirs.panel("all").ids == seen
    if theirs.actor.role in CARERS:
        assert [one.id for one in theirs.find("一一")] == seen
