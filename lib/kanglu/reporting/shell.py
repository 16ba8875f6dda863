"""The shell that cells run in: IPython without a kernel, a network or a history file.

What a cell shows is caught as nbformat outputs, as a kernel and its client would have written them. There
is one shell in a process (`display()` looks for the singleton); `fresh` gives it an empty namespace.
"""

import os
import signal
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import TextIOBase
from types import FrameType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from traitlets import Type
from traitlets.config import Config

FIGURES = "module://matplotlib_inline.backend_inline"
"""The matplotlib backend that a kernel chooses: figures become outputs of their cell."""


class Outputs:
    """The outputs of the running cell, and which of all outputs answer to a display id."""

    def __init__(self) -> None:
        self.current: list[NotebookNode] = []
        self._named: dict[str, list[NotebookNode]] = {}
        self._clear_next = False

    def begin(self) -> list[NotebookNode]:
        """Start a cell: what is shown from now on goes into the list returned."""
        self.current, self._clear_next = [], False
        return self.current

    def add(self, kind: str, **content: Any) -> NotebookNode:
        """An output made without checking it against nbformat's schema, which takes longer than a cell."""
        if self._clear_next:
            self.clear()
        output = NotebookNode(output_type=kind, **content)
        self.current.append(output)
        return output

    def write(self, stream: str, text: str) -> None:
        """Printed text; consecutive writes to one stream are one output."""
        if self._clear_next:
            self.clear()
        last = self.current[-1] if self.current else {}
        if last.get("output_type") == "stream" and last.get("name") == stream:
            last["text"] += text
        elif text:
            self.add("stream", name=stream, text=text)

    def show(self, data: dict[str, Any], metadata: dict[str, Any], name: str | None, update: bool) -> None:
        """A displayed object; with `update` it takes the place of what was shown under that name."""
        if name and (shown := self._named.get(name)):
            for output in shown:
                output.data, output.metadata = data, metadata
        if not update:
            output = self.add("display_data", metadata=metadata, data=data)
            if name:
                self._named.setdefault(name, []).append(output)

    def clear(self, wait: bool = False) -> None:
        self._clear_next = wait
        if not wait:
            self.current.clear()


class _Stream(TextIOBase):
    """`sys.stdout` or `sys.stderr` while a cell runs."""

    encoding = "utf-8"

    def __init__(self, name: str, outputs: Outputs) -> None:
        self.name, self._outputs = name, outputs

    def write(self, text: str) -> int:
        self._outputs.write(self.name, text)
        return len(text)

    def writable(self) -> bool:
        return True


class _Publisher(DisplayPublisher):
    """Catches what `display` is given."""

    shell: "Shell"

    def publish(  # type: ignore[override]
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_others: Any,
    ) -> None:
        name = (transient or {}).get("display_id")
        self.shell.outputs.show(_text_only(data), metadata or {}, name, update)

    def clear_output(self, wait: bool = False) -> None:
        self.shell.outputs.clear(wait)


class _Hook(DisplayHook):
    """Catches the value of a cell's last expression."""

    shell: "Shell"

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        data, count = _text_only(format_dict), self.prompt_count
        self.shell.outputs.add("execute_result", data=data, metadata=md_dict or {}, execution_count=count)

    def finish_displayhook(self) -> None:
        self._is_active = False


def _text_only(data: dict[str, Any]) -> dict[str, Any]:
    """Pictures as base64, as JSON needs them."""
    return {
        mime: b64encode(value).decode() if isinstance(value, bytes) else value for mime, value in data.items()
    }


class Shell(InteractiveShell):
    """An IPython shell whose cells' outputs are caught."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)

    def __init__(self, **traits: Any) -> None:
        self.outputs = Outputs()
        super().__init__(**traits)  # type: ignore[no-untyped-call]

    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        self.outputs.add("error", ename=etype.__name__, evalue=str(evalue), traceback=list(stb))

    def run_code_cell(self, cell: NotebookNode, seconds: float | None = None) -> bool:
        """Run a code cell and leave its outputs and count in it; answers whether it went well.

        Parameters
        ----------
        seconds : after which the cell is interrupted, in the main thread of a POSIX system only.
        """
        cell.outputs = self.outputs.begin()
        cell.execution_count = self.execution_count
        out, error = _Stream("stdout", self.outputs), _Stream("stderr", self.outputs)
        with redirect_stdout(out), redirect_stderr(error), _interrupted_after(seconds):
            result = self.run_cell(  # type: ignore[no-untyped-call]
                cell.source, store_history=True, cell_id=cell.get("id")
            )
        return bool(result.success)


def shell() -> Shell:
    """The shell of this process, made when first asked for."""
    if not Shell.initialized():
        os.environ.setdefault("MPLBACKEND", FIGURES)
        quiet = Config()  # all shells of a machine share one history file and would wait for its lock
        quiet.HistoryManager.enabled = False
        quiet.HistoryManager.hist_file = ":memory:"
        main = sys.modules["__main__"]
        Shell.instance(config=quiet)
        sys.modules["__main__"] = main
    return Shell.instance()


def emptied() -> Shell:
    """The shell with an empty namespace, which is `__main__` from now on."""
    running = shell()
    running.reset(new_session=False)  # type: ignore[no-untyped-call]
    running.execution_count = 1
    sys.modules["__main__"] = running.user_module
    return running


@contextmanager
def fresh() -> Iterator[Shell]:
    """As `emptied`; `__main__`, working folder, environment and import path are put back after."""
    folder, environment, path = os.getcwd(), dict(os.environ), list(sys.path)
    main = sys.modules["__main__"]
    try:
        yield emptied()
    finally:
        sys.modules["__main__"] = main
        sys.path[:] = path
        os.chdir(folder)
        if dict(os.environ) != environment:
            os.environ.clear()
            os.environ.update(environment)


def run_cell(cell: NotebookNode, seconds: float | None = None) -> bool:
    """Run one cell of any type in the shell; False where an error has to end the notebook."""
    if cell.cell_type != "code" or not cell.source.strip():
        return True
    allowed = "raises-exception" in cell.metadata.get("tags", ())
    return shell().run_code_cell(cell, seconds) or allowed


@contextmanager
def _interrupted_after(seconds: float | None) -> Iterator[None]:
    if not seconds:
        yield
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"The cell ran longer than {seconds:g} seconds.")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
