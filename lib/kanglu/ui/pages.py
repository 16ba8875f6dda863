"""The pages of the installation: each file in `apps/` that has a `Page`, and the routes beside it."""

import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType

from starlette.routing import Route

from kanglu.home import shipped
from kanglu.ui.page import Page

PACKAGE = "kanglu_apps"
"""Under which name the modules in `apps/` are imported: callbacks must live in importable modules."""


@dataclass(frozen=True)
class Found:
    """What `apps/` holds: pages, in the order of the menu, and further HTTP routes."""

    pages: tuple[type[Page], ...]
    routes: tuple[Route, ...]


def find() -> Found:
    """Import every module of `apps/`."""
    folder = shipped("apps")
    if PACKAGE not in sys.modules:
        package = ModuleType(PACKAGE)
        package.__path__ = [str(folder)]
        sys.modules[PACKAGE] = package
    pages: list[type[Page]] = []
    routes: list[Route] = []
    for file in sorted(folder.glob("[!_]*.py")):
        module = importlib.import_module(f"{PACKAGE}.{file.stem}")
        pages += _pages_of(module)
        routes += getattr(module, "ROUTES", ())
    pages.sort(key=lambda page: (page.menu is None, page.menu or 0, page.routes))
    return Found(tuple(pages), tuple(routes))


def _pages_of(module: ModuleType) -> Sequence[type[Page]]:
    own = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, Page)]
    return [page for page in own if page.__module__ == module.__name__ and page.routes]
