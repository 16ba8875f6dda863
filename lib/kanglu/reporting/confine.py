"""What the kernel can be asked to hold a process to: no threads, so much memory, no life after its parent.

Only Linux knows all of it; elsewhere each function says that it did nothing, and the callers live without.
"""

import ctypes
import errno
import os
import platform
import signal
import struct
import sys

_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_SECCOMP_MODE_FILTER = 2
_CLONE_THREAD, _CLONE3 = 0x10000, 435
_MACHINES = {"x86_64": (0xC000003E, 56), "aarch64": (0xC00000B7, 220)}
"""Architecture of the audit interface and number of the `clone` system call (linux/audit.h, unistd.h)."""


class _Program(ctypes.Structure):
    """`struct sock_fprog`: a filter's length and where it lies."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def die_with_parent(parent: int) -> None:
    """End this process when `parent` ends, however that does; at once if it already has."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def forbid_threads() -> bool:
    """Let no thread start in this process or its children, for good; True where the kernel agrees.

    A request for a thread is answered "not implemented". Libraries written for such systems (rayon, and
    so typst) then do all work in the calling thread, which is the one that a fork carries over.
    """
    machine = _MACHINES.get(platform.machine())
    if _LIBC is None or machine is None:
        return False
    architecture, clone = machine
    load, equal, any_bit, answer = 0x20, 0x15, 0x45, 0x06
    refuse, allow = 0x00050000 | errno.ENOSYS, 0x7FFF0000
    steps = (  # (what, steps to skip if true, if false, operand); offsets into struct seccomp_data
        (load, 0, 0, 4),
        (equal, 0, 6, architecture),
        (load, 0, 0, 0),
        (equal, 3, 0, _CLONE3),
        (equal, 0, 3, clone),
        (load, 0, 0, 16),
        (any_bit, 0, 1, _CLONE_THREAD),
        (answer, 0, 0, refuse),
        (answer, 0, 0, allow),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = _Program(len(steps), ctypes.addressof(code))
    if _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    answered: int = _LIBC.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
    return answered == 0


def limit_memory(more: int) -> None:
    """Let this process take `more` bytes of address space beyond what it has now, and dump no core."""
    if _LIBC is None:
        return
    import resource

    with open("/proc/self/statm") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + more, now + more))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
