"""An executed notebook → one HTML file that opens with no network: no script, the style inside.

nbconvert makes it, with a template of our own. What costs time is left out by its own means: the exporter is
built once in a process, has no preprocessors, and is given the outputs that are shown and nothing else.
"""

from collections.abc import Iterable
from pathlib import Path

from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode
from traitlets import List, default

from kanglu.errors import ReportError
from kanglu.i18n import Lang
from kanglu.reporting.collect import Piece

STYLE = "report.css"
_TEMPLATES = Path(__file__).parent / "templates"


class ReportExporter(TemplateExporter):
    """nbconvert's exporter of the template ``kanglu``."""

    export_from_notebook = "Kanglu report"
    output_mimetype = "text/html"

    default_preprocessors: list[str] = List()  # type: ignore[assignment]

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "kanglu"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(_TEMPLATES)]


class Printer:
    """Writes reports as HTML with one style; made once in a process."""

    def __init__(self, style: Path) -> None:
        try:
            self._css = (style / STYLE).read_text(encoding="utf-8")
        except OSError:
            raise ReportError(f"There is no {STYLE} here.", where=str(style), remedy="Restore it.") from None
        self._exporter = ReportExporter()  # type: ignore[no-untyped-call]

    def print(self, pieces: Iterable[Piece], lang: Lang) -> str:
        """What a notebook shows (see `kanglu.reporting.collect`) as one HTML document."""
        shown = list(pieces)
        covers = [piece.data for piece in shown if piece.data["type"] == "cover"]
        title = next((cover["document_title"] or cover["title"] for cover in covers), "")
        outputs = [NotebookNode(data={"text/html": piece.html}) for piece in shown]
        nb = NotebookNode(cells=[NotebookNode(outputs=outputs)], metadata=NotebookNode())
        resources = {"lang": lang, "title": title, "style": self._css}
        page, _resources = self._exporter.from_notebook_node(nb, resources)
        return page
