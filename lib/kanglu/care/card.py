"""What is written on the form that opens a card: what is wrong with it, and the person it states."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from kanglu.record.facts import NATIONAL_ID, Identifier, PersonStatement, Sex, Telecom
from kanglu.record.identity import phone_number, said_by_national_id, valid_national_id

DOCUMENT: Final = "kanglu:document"
"""The system of a paper that somebody without an identity number shows: passport, permit."""
PHONE_DIGITS: Final = range(7, 16)

type Fault = Literal["no_number", "wrong_number", "contradicts_number", "birth_ahead", "phone"]


@dataclass(frozen=True, slots=True)
class CardForm:
    """The form, as it was filled in; what is empty is not said."""

    identity: str = ""
    document: str = ""
    name: str = ""
    sex: Sex | None = None
    birth: date | None = None
    phone: str = ""
    address: str = ""

    @property
    def number(self) -> str:
        """The identity number without blanks."""
        return self.identity.strip().upper().replace(" ", "")

    @property
    def stated(self) -> tuple[date, Sex] | None:
        """Birth date and sex that the identity number states; None without a valid one."""
        if not valid_national_id(self.number):
            return None
        birth, sex = said_by_national_id(self.number)
        return date.fromisoformat(birth), sex

    def fault(self, day: date) -> Fault | None:
        """The first thing that is wrong with it on a day; None when nothing is."""
        stated = self.stated
        if not self.number and not self.document.strip():
            return "no_number"
        if self.number and stated is None:
            return "wrong_number"
        if stated and ((self.birth or stated[0]) != stated[0] or (self.sex or stated[1]) != stated[1]):
            return "contradicts_number"
        if (birth := stated[0] if stated else self.birth) and birth > day:
            return "birth_ahead"
        if self.phone.strip() and len(phone_number(self.phone)) not in PHONE_DIGITS:
            return "phone"
        return None

    def statement(self, by: str) -> PersonStatement:
        """The person it states, as `by` entered it; what the identity number states fills what is empty."""
        birth, sex = self.stated or (self.birth, self.sex)
        numbers = []
        if self.number:
            numbers.append(Identifier(NATIONAL_ID, self.number))
        if self.document.strip():
            numbers.append(Identifier(DOCUMENT, self.document.strip()))
        return PersonStatement(
            tuple(numbers),
            name=self.name.strip() or None,
            sex=sex,
            birth_date=birth.isoformat() if birth else None,
            telecoms=(Telecom("phone", self.phone.strip()),) if self.phone.strip() else (),
            addresses=(self.address.strip(),) if self.address.strip() else (),
            origin="reported",
            source=f"kanglu/{by}",
        )
