"""Actors, rights, the audit chain and keys: what makes a record trustworthy, without any medicine in it."""

from kanglu.trust.actors import LOCAL, Actor, Purpose, Role, Scope
from kanglu.trust.consent import ConsentPurpose
from kanglu.trust.permissions import Action, Resource, allowed, require

__all__ = [
    "LOCAL",
    "Action",
    "Actor",
    "ConsentPurpose",
    "Purpose",
    "Resource",
    "Role",
    "Scope",
    "allowed",
    "require",
]
