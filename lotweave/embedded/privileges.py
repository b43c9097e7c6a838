"""Running a child under an unprivileged user when we are root, without changing the rights of any folder.

PostgreSQL refuses to run as root. The child keeps one capability, searching folders, because a site may lie below a folder that only root
may enter. Source: capabilities(7), prctl(2); figures from linux/capability.h and linux/prctl.h.
"""

from __future__ import annotations

import ctypes
import os
import pwd
from collections.abc import Callable

CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
PR_SET_KEEPCAPS, PR_SET_PDEATHSIG, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 8, 1, 47, 2
_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def service_user() -> pwd.struct_passwd | None:
    """The user that services run as when we are root; None when we are not root and they run as ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise OSError("running as root needs a user 'postgres' or 'nobody' on this machine for the database")


def become(user: pwd.struct_passwd | None) -> Callable[[], None] | None:
    """What a child calls before it starts, to run as `user`; None when nothing is to be done."""
    if user is None:
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def change() -> None:
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setgroups([])
        os.setresgid(user.pw_gid, user.pw_gid, user.pw_gid)
        os.setresuid(user.pw_uid, user.pw_uid, user.pw_uid)
        for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
            mask = 1 << capability
            data = (_Data * 2)(_Data(mask, mask, mask), _Data(0, 0, 0))
            if libc.capset(ctypes.byref(_Header(_VERSION_3, 0)), ctypes.byref(data)) == 0:
                libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)
                break

    return change


def die_with_parent() -> None:
    """Called by a child before it starts: the kernel ends it when its parent dies, however the parent dies."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, 15, 0, 0, 0)
