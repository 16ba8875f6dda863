"""One person proposes a change of the rules, another makes it live: exactly that, and checked twice."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from kanglu import care, record
from kanglu.care import proposing
from kanglu.care.specs import changed, to_spec
from kanglu.catalogue import load_rulebook
from kanglu.errors import CatalogueError, NotFound, PermissionDenied, RecordError
from kanglu.record import tables
from kanglu.trust import Actor, Role

GAP, RULE = "when/all/0/gap/days", "monitoring.quarter_overdue"
WANG, LI, ZHAO = (
    Actor("wang", "王敏", Role.HEALTH_MANAGER),
    Actor("li", "李医生", Role.CLINICIAN),
    Actor("zhao", "赵丽", Role.HEALTH_MANAGER),
)


@pytest.fixture
def opened(database_url, clock):
    """Opens the record for one of several people."""
    stores = []

    def by(actor):
        stores.append(record.open(database_url, actor=actor, clock=clock))
        return stores[-1]

    yield by
    for store in stores:
        store.close()


def shorter(book=None, days=60, path=GAP, **words):
    """The rule about 90 days, made to speak of others; its examples say what comes of it."""
    rule = (book or load_rulebook()).rules[RULE]
    new = changed(rule, {path: days, **words})
    spec = to_spec(new)
    first = date(2026, 1, 1) + timedelta(new.when.all[0].gap.days + 1)
    spec["examples"] = [spec["examples"][0] | {"name": "the day after", "as_of": first.isoformat()}]
    return spec


def test_what_one_proposes_another_makes_live(opened):
    wang, li = opened(WANG), opened(LI)
    made = proposing.propose(wang, [("rules", shorter())], "Winter is coming")
    assert (made.state, made.proposed_by, made.reason) == ("proposed", "wang", "Winter is coming")
    assert care.in_force(wang).rules[RULE].when.all[0].gap.days == 90
    assert [one.id for one in proposing.proposals(li, "proposed")] == [made.id]

    now = proposing.approve(li, made.id)
    assert (now.rules[RULE].when.all[0].gap.days, now.rules[RULE].version) == (60, 2)
    decided = proposing.proposal(wang, made.id)
    assert (decided.state, decided.decided_by) == ("approved", "li")
    assert to_spec(now.rules[RULE]) == decided.changes[0].after
    assert [one.actor for one in li.publications("rules", RULE)] == ["li"]


def test_a_proposal_says_what_it_changes(opened):
    made = proposing.propose(opened(WANG), [("rules", shorter())], "Winter")
    (change,) = made.changes
    assert change.name == f"rules/{RULE}"
    assert change.before["version"] == 1
    places = [(one.path, one.before, one.after) for one in change.differences if "examples" not in one.path]
    assert places == [("version", 1, 2), (GAP, 90, 60)]


@pytest.mark.parametrize("decide", [proposing.approve, lambda store, n: proposing.reject(store, n, "no")])
def test_nobody_decides_on_their_own(opened, decide):
    li = opened(LI)
    made = proposing.propose(li, [("rules", shorter())], "Winter")
    with pytest.raises(PermissionDenied, match="li made proposal 1 and cannot decide on it"):
        decide(li, made.id)
    assert proposing.proposal(li, made.id).state == "proposed"
    assert care.in_force(li).rules[RULE].version == 1


@pytest.mark.parametrize("decide", [proposing.approve, lambda store, n: proposing.reject(store, n, "no")])
def test_who_may_only_propose_decides_on_nothing(opened, decide):
    made = proposing.propose(opened(WANG), [("rules", shorter())], "Winter")
    with pytest.raises(PermissionDenied, match="may not approve rules"):
        decide(opened(ZHAO), made.id)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.OPERATOR])
def test_some_may_not_even_propose(database_url, clock, role):
    purpose = "analysis" if role is Role.ANALYST else "administration"
    actor = Actor("x", "x", role)
    with (
        record.open(database_url, actor=actor, purpose=purpose, clock=clock) as store,
        pytest.raises(PermissionDenied, match="may not propose rules"),
    ):
        proposing.propose(store, [("rules", shorter())], "Winter")


def test_a_rejection_says_why(opened):
    wang, li = opened(WANG), opened(LI)
    made = proposing.propose(wang, [("rules", shorter())], "Winter")
    with pytest.raises(RecordError, match="needs a note"):
        proposing.reject(li, made.id, "  ")
    proposing.reject(li, made.id, "Too much work")
    rejected = proposing.proposal(wang, made.id)
    assert (rejected.state, rejected.decided_by, rejected.note) == ("rejected", "li", "Too much work")
    assert care.in_force(wang).rules[RULE].version == 1


def test_only_its_proposer_takes_a_proposal_back(opened):
    wang, li = opened(WANG), opened(LI)
    made = proposing.propose(wang, [("rules", shorter())], "Winter")
    with pytest.raises(PermissionDenied, match="was made by wang"):
        proposing.withdraw(li, made.id)
    proposing.withdraw(wang, made.id)
    assert proposing.proposal(wang, made.id).state == "withdrawn"


def test_what_is_decided_is_decided(opened):
    wang, li = opened(WANG), opened(LI)
    made = proposing.propose(wang, [("rules", shorter())], "Winter")
    proposing.approve(li, made.id)
    for again in (
        lambda: proposing.approve(li, made.id),
        lambda: proposing.reject(li, made.id, "no"),
        lambda: proposing.withdraw(wang, made.id),
    ):
        with pytest.raises(RecordError, match="was approved by li"):
            again()
    assert len(li.publications("rules", RULE)) == 1


def test_the_second_of_two_proposals_for_a_rule_is_refused_and_told_why(opened):
    wang, li = opened(WANG), opened(LI)
    first = proposing.propose(wang, [("rules", shorter(days=60))], "Winter")
    second = proposing.propose(wang, [("rules", shorter(days=75))], "Spring")
    proposing.approve(li, first.id)
    with pytest.raises(RecordError) as refused:
        proposing.approve(li, second.id)
    assert "moved on since" in str(refused.value)
    assert f"{GAP} from 90 to 60" in str(refused.value)
    assert care.in_force(li).rules[RULE].when.all[0].gap.days == 60


def test_a_change_of_another_rule_does_not_stand_in_the_way(opened):
    wang, li = opened(WANG), opened(LI)
    first = proposing.propose(wang, [("rules", shorter())], "Winter")
    other = changed(load_rulebook().rules["dm.enrol"], {"gives/0/priority": 70})
    second = proposing.propose(wang, [("rules", to_spec(other))], "Sooner")
    proposing.approve(li, second.id)
    now = proposing.approve(li, first.id)
    assert (now.rules[RULE].version, now.rules["dm.enrol"].version) == (2, 2)


def test_a_rulebook_changed_between_check_and_decision_is_noticed(opened):
    li = opened(LI)
    made = proposing.propose(opened(WANG), [("rules", shorter())], "Winter")
    with pytest.raises(RecordError, match="at this very moment"):
        li.approve_rules(made.id, made.entries, [("rules", {"id": "another"})])
    assert proposing.proposal(li, made.id).state == "proposed"


@pytest.mark.parametrize(
    ("entries", "reason", "said"),
    [
        ([("rules", shorter())], " ", "needs a reason"),
        ([("rules", to_spec(load_rulebook().rules[RULE]))], "x", "changes nothing"),
        ([("rules", shorter() | {"version": 1})], "x", "is still of version 1"),
        ([("rules", shorter() | {"when": {"problem": "nothing_known"}})], "x", "nothing_known"),
        ([("rules", to_spec(changed(load_rulebook().rules[RULE], {GAP: 120})))], "x", "The example 'day 91'"),
    ],
)
def test_what_is_not_sound_is_not_even_proposed(opened, entries, reason, said):
    wang = opened(WANG)
    with pytest.raises((RecordError, CatalogueError)) as refused:
        proposing.propose(wang, entries, reason)
    assert said in str(refused.value)
    assert proposing.proposals(wang) == []


def test_examples_that_contradict_the_change_are_offered_with_what_came_of_them(opened):
    wang = opened(WANG)
    new = changed(load_rulebook().rules[RULE], {GAP: 120})
    found = proposing.laid_over(wang, [("rules", to_spec(new))])
    failed = proposing.failing(found)
    assert [(one.rule, one.example, one.expected, one.gives) for one in failed] == [
        (RULE, "day 91", ("quarter_review",), ())
    ]
    mended = proposing.adjusted(new, failed)
    assert [example.gives for example in mended.examples if example.name == "day 91"] == [()]
    assert mended.version == new.version
    assert proposing.propose(wang, [("rules", to_spec(mended))], "Less often").state == "proposed"


def test_a_due_day_is_moved_with_its_example(opened):
    rule = changed(load_rulebook().rules["htn.visit.uncontrolled_first"], {"gives/1/due": "10d"})
    failed = proposing.failing(proposing.laid_over(opened(WANG), [("rules", to_spec(rule))]))
    mended = proposing.adjusted(rule, failed)
    assert [str(one.due) for one in rule.examples if one.due] == ["2026-03-15"]
    assert [str(one.due) for one in mended.examples if one.due] == ["2026-03-01"]
    assert not proposing.failing(proposing.laid_over(opened(WANG), [("rules", to_spec(mended))]))


def test_words_that_go_on_naming_the_old_number_are_pointed_out(opened):
    (change,) = proposing.propose(opened(WANG), [("rules", shorter())], "Winter").changes
    assert proposing.still_saying(change) == [
        ("name/zh", "90"), ("name/en", "90"), ("explain/zh", "90"), ("explain/en", "90"),
    ]  # fmt: skip
    said = shorter(**{"explain/zh": "已{days}天没有随访（超过60天）。"})
    change = proposing.Change("rules", RULE, change.before, said)
    assert [path for path, _ in proposing.still_saying(change)] == ["name/zh", "name/en", "explain/en"]


def test_a_programme_can_be_proposed_too(opened):
    wang, li = opened(WANG), opened(LI)
    new = changed(load_rulebook().programmes["elderly"], {"applies/age/ge": 60})
    found = proposing.laid_over(wang, [("programmes", to_spec(new))])
    assert proposing.failing(found) == []
    made = proposing.propose(wang, [("programmes", to_spec(new))], "Ours begin at 60")
    assert proposing.approve(li, made.id).programmes["elderly"].applies.age.ge == 60


def test_every_step_stands_in_the_audit_log(opened):
    wang, li = opened(WANG), opened(LI)
    proposing.approve(li, proposing.propose(wang, [("rules", shorter())], "x").id)
    proposing.reject(li, proposing.propose(wang, [("rules", shorter(care.in_force(wang), 45))], "x").id, "no")
    mine = proposing.propose(wang, [("rules", shorter(care.in_force(wang), 50))], "x")
    proposing.withdraw(wang, mine.id)
    with li.database.reading() as connection:
        rows = connection.execute(select(tables.audit_event).order_by(tables.audit_event.c.id)).fetchall()
    events = [(one.actor, one.action) for one in rows if "rules" in one.action]
    assert events == [
        ("wang", "propose rules"), ("li", "approve rules"), ("wang", "propose rules"), ("li", "reject rules"),
        ("wang", "propose rules"), ("wang", "withdraw rules"),
    ]  # fmt: skip


def test_a_proposal_that_is_not_there(opened):
    with pytest.raises(NotFound, match="no proposal 7"):
        proposing.proposal(opened(WANG), 7)
