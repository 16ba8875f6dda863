"""The resources in parsed JSON: those of a Bundle (and of Bundles within it), of an array, or the one."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kanglu.errors import Refused
from kanglu.intake.fhir.draft import Trouble
from kanglu.intake.fhir.elements import Resource

_ASIDE = "Correct it in the source and import again."


class Located(NamedTuple):
    """A resource, its type, where it stands in its document, and the URL the document gives it.

    `resource` is None for one that is not taken in and need not be looked into, and for one that waits,
    as the bytes of its Bundle entry, until it is read (`slicing`).
    """

    kind: str
    where: str
    resource: Resource | None
    full_url: str | None = None
    entry: memoryview | None = None


@dataclass(slots=True)
class Found:
    """Resources, in the order in which later ones correct earlier ones, and what is none."""

    resources: list[Located] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    def collect(self, data: Any, where: str = "") -> None:
        """Add what parsed JSON holds. Raises `Refused` for JSON that is not FHIR."""
        if isinstance(data, list):
            for index, each in enumerate(data):
                self._resource(each, f"{where}[{index}]", None)
        elif isinstance(data, dict) and isinstance(data.get("resourceType"), str):
            self._resource(data, where, None)
        else:
            raise Refused(
                "It is JSON, but not FHIR: it has no resourceType.",
                remedy="Export FHIR R4 resources as JSON.",
            )

    def _resource(self, data: Any, where: str, full_url: Any) -> None:
        kind = data.get("resourceType") if isinstance(data, dict) else None
        if not isinstance(kind, str):
            reason = "It is missing, so this is no FHIR resource."
            self.troubles.append(Trouble(where, "resourceType", reason, _ASIDE))
        elif kind == "Bundle":
            self._bundle(data, where)
        else:
            url = full_url if isinstance(full_url, str) else None
            self.resources.append(Located(kind, where, data, url))

    def _bundle(self, bundle: Resource, where: str) -> None:
        entries = bundle.get("entry", [])
        if not isinstance(entries, list):
            self.troubles.append(Trouble(where, "entry", "It is not a list.", _ASIDE))
            return
        numbered = list(enumerate(entries))
        if bundle.get("type") == "history":
            numbered.reverse()  # a history states the newest version first
        for index, entry in numbered:
            self.entry(entry, f"{where} entry[{index}]" if where else f"entry[{index}]")

    def entry(self, entry: Any, place: str) -> None:
        """Add what an entry of a Bundle holds."""
        if not isinstance(entry, dict):
            self.troubles.append(Trouble(place, "", "It is not an object.", _ASIDE))
        elif "resource" in entry:
            self._resource(entry["resource"], place, entry.get("fullUrl"))
        else:
            self._deletion(entry.get("request"), place)

    def _deletion(self, request: Any, place: str) -> None:
        if isinstance(request, dict) and request.get("method") == "DELETE":
            reason = f"{request.get('url')} was deleted in the source; the record keeps what it was told."
            remedy = "If it was wrong, have it sent with the status entered-in-error."
            self.troubles.append(Trouble(place, "request", reason, remedy, quarantined=False))
