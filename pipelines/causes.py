"""The cause of what waits in quarantine: what its problems say once numbers, codes and values are taken out, so that many are one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b

from trace_core.errors import Problem

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”|‘[^’]*’|「[^」]*」|«[^»]*»")
_NUMBERED = re.compile(r"[\w./+:#-]*\d[\w./+:#-]*")
_INDEX = re.compile(r"(?<![^.\[])\d+(?![^.\]])")
GONE = "…"


def sentence(problem: Problem) -> str:
    r"""What a problem says of any document: path and text without indexes, quoted values, its own value, and whatever holds a digit.

    >>> sentence(Problem("body.lines.3.quantity", "'12,5' is no number", "12,5"))
    'body.lines.N.quantity: … is no number'
    """
    told = _QUOTED.sub(GONE, problem.problem)
    if problem.value:
        told = re.sub(rf"(?<!\w){re.escape(problem.value)}(?!\w)", GONE, told)
    told = _NUMBERED.sub(GONE, told)
    path = _INDEX.sub("N", problem.path)
    return f"{path}: {told}" if path else told


def sentences(problems: Sequence[Problem]) -> list[str]:
    """What the problems of a document say, each once, in order."""
    return sorted({sentence(problem) for problem in problems})


def cause_of(connection: str, kind: str, stage: str, problems: Sequence[Problem]) -> str:
    """The cause's id in 12 hexadecimal digits: of one kind of one connection, the mapping lines that spoke, and what the problems say."""
    rules = sorted({problem.rule for problem in problems})
    told = "\0".join([connection, kind, stage, *rules, *sentences(problems)])
    return blake2b(told.encode(), digest_size=6).hexdigest()
