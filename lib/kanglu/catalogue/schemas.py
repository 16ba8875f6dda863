"""The JSON Schema of the catalogue's files, for editors that complete and check while one writes."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from kanglu.catalogue.advice import MODELS as ADVICE
from kanglu.catalogue.loading import MODELS
from kanglu.catalogue.questionnaires import MODELS as QUESTIONNAIRES
from kanglu.catalogue.rulebook import SECTIONS


def schema() -> dict[str, Any]:
    """The schema of a catalogue file: any of the sections, each a list of entries."""
    models: dict[str, type[BaseModel]] = {**MODELS, **SECTIONS, **ADVICE, **QUESTIONNAIRES}
    _, described = models_json_schema([(model, "validation") for model in models.values()])
    definitions = described["$defs"]
    # A file may name the group of its indicators once for all of them.
    indicator = definitions["Indicator"]
    indicator["required"] = [name for name in indicator["required"] if name != "group"]
    ids = {"type": "array", "items": {"type": "string"}}
    group = {"$ref": "#/$defs/Group"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Kanglu catalogue",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "group": {"anyOf": [{"type": "string"}, group]},
            "defaults": {"type": "object", "description": "keys that every indicator of the file takes over"},
            "disable": {"anyOf": [ids, {"type": "object", "additionalProperties": ids}]},
            **{
                section: {"type": "array", "items": {"$ref": f"#/$defs/{model.__name__}"}}
                for section, model in models.items()
                if section != "groups"
            },
        },
        "$defs": definitions,
    }
