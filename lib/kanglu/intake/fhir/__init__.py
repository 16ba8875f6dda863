"""FHIR R4 as JSON: Bundles of every type, NDJSON, arrays and single resources.

A document is read in two steps. `drafts` turns its bytes into a `Draft`, which knows no database and may be
made in another process; `Settling` enters the drafts of an import into the record.
"""

from kanglu.intake.fhir.draft import Draft
from kanglu.intake.fhir.lookups import Lookups
from kanglu.intake.fhir.parsing import drafts, is_json, is_lines
from kanglu.intake.fhir.settling import Settling

__all__ = ["Draft", "Lookups", "Settling", "drafts", "is_json", "is_lines"]
