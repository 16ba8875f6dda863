"""A small rulebook that is whole, and what a load says of one that is not."""

import textwrap
from pathlib import Path

import pytest

from kanglu import catalogue
from kanglu.catalogue import Rulebook
from kanglu.errors import CatalogueError

THINGS = """
    events:
      - {id: follow_up, name: {zh: 随访, en: Follow-up}, table: encounter, keywords: [随访]}
      - {id: discharge, name: {zh: 出院, en: Discharge}, table: encounter, setting: [IMP], at: end}
      - {id: review, name: {zh: 复查预约, en: Review}, table: appointment, keywords: [复查]}
    tags:
      - {id: high_risk, name: {zh: 高危人群, en: High risk}}
      - {id: frail, name: {zh: 衰弱, en: Frail}}
    actions:
      - {id: call, name: {zh: 电话随访, en: Call}}
      - {id: visit_home, name: {zh: 上门, en: Home visit}}
    messages:
      - {id: hello, name: {zh: 问候, en: Hello}, text: {zh: "{name}您好", en: "Hello {name}"}}
    outcomes:
      - {id: reached, name: {zh: 接通, en: Reached}, closes: done}
    journeys:
      - id: letters
        version: 1
        name: {zh: 三步, en: Three steps}
        source: {doc: Test}
        steps: [{id: first, gives: {message: hello}, wait: 3d}]
        stop: [{message: in}]
    programmes:
      - id: hypertension
        name: {zh: 高血压, en: Hypertension}
        source: {doc: Test}
        classes:
          - id: uncontrolled
            name: {zh: 控制不满意, en: Uncontrolled}
            when: {any: [{on_day: {of: sbp, ge: 140}}, {on_day: {of: dbp, ge: 90}}]}
          - id: controlled
            name: {zh: 控制满意, en: Controlled}
            when: {on_day: {of: sbp, lt: 140}}
        streak: [uncontrolled]
      - {id: copd, name: {zh: 慢阻肺, en: COPD}, source: {doc: Test}}
"""

RULE = """
rules:
  - id: bp.gap
    version: 1
    name: {zh: 血压空缺, en: No blood pressure}
    mission: [F01]
    source: {doc: Test}
    applies: {problem: hypertension}
    when: {gap: {of: sbp, days: 90}}
    gives:
      - {task: call, done: [{observed: sbp}]}
    explain: {zh: "已{days}天未测血压", en: "No blood pressure for {days} days"}
"""
"""One rule; `when` stands on line 9, `gives` on line 11, `explain` on line 12."""


def write(folder: Path, text: str, name: str = "rulebook/rules.yaml") -> Path:
    """A file of an overlay, with the things that rules name beside it."""
    for file, content in (("rulebook/things.yaml", THINGS), (name, text)):
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(content), encoding="utf-8")
    return folder


def load(folder: Path, text: str = RULE, name: str = "rulebook/rules.yaml") -> Rulebook:
    return catalogue.load_rulebook(catalogue.current(), write(folder, text, name))


def mistake(folder: Path, text: str, name: str = "rulebook/rules.yaml") -> str:
    with pytest.raises(CatalogueError) as error:
        load(folder, text, name)
    return str(error.value)
