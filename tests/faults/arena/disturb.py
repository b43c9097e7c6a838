"""Ways to disturb a scene: processes killed or stopped for a while, the broker emptied, faults of the ERPs, messages sent too often."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import redis

from arena.site import Arena
from lotweave.embedded.valkey import EmbeddedValkey
from pipelines.app import celery_app, exchange_queues_of, queue_for, queues_of
from pipelines.waking import CALLING, NAMES

ROLES = {
    "worker": (b"lotweave-", b"worker"),
    "exchange": (b"lotweave-exchange",),
    "beat": (b"beat",),
    "console": (b"lotweave.console.serve",),
}


def pids(arena: Arena, role: str) -> list[int]:
    """Process ids of a role, children of a pool included."""
    if role == "database":
        return _written(arena.site.state / "postgres" / "postmaster.pid", "postgres")
    if role == "broker":
        return _written(arena.site.state / "valkey.pid", "valkey-server")
    mine, found = f"LOTWEAVE_SITE={arena.site.folder}".encode(), []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                command = (entry / "cmdline").read_bytes()
                wanted = all(word in command for word in ROLES[role]) and (role != "worker" or b"lotweave-exchange" not in command)
                if wanted and mine in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
    return found


def _written(file: Path, program: str) -> list[int]:
    """The process that a pid file names, unless its number belongs to another program by now."""
    with suppress(OSError, ValueError, IndexError):
        pid = int(file.read_text("ascii").split()[0])
        if Path(f"/proc/{pid}/comm").read_text("ascii").strip() == program:
            return [pid]
    return []


def send(arena: Arena, role: str, number: signal.Signals) -> int:
    """Send a signal to all processes of a role; how many got it."""
    sent = 0
    for pid in pids(arena, role):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
            sent += 1
    return sent


class Disturber:
    """Does something again and again in a thread until it has done it so many times; `done` says how often it did."""

    def __init__(self, act: Callable[[], object], *, times: int, every: float, first: float = 1.0) -> None:
        self._act, self._times, self._every, self._first = act, times, every, first
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.done = 0
        self.broken: BaseException | None = None

    def start(self) -> None:
        self._thread.start()

    def at_it(self) -> bool:
        """Whether it goes on."""
        return self._thread.is_alive()

    def end(self) -> None:
        self._over.set()
        self._thread.join(60)

    def _run(self) -> None:
        wait = self._first
        while self.done < self._times and not self._over.wait(wait):
            try:
                self._act()
            except Exception as fault:  # noqa: BLE001 - told by the test, which waits for this thread
                self.broken = fault
                return
            self.done += 1
            wait = self._every


def killing(arena: Arena, role: str) -> Callable[[], object]:
    """SIGKILL of everything of a role."""
    return lambda: send(arena, role, signal.SIGKILL)


def killing_any(arena: Arena, seed: int) -> Callable[[], object]:
    """SIGKILL of one process of the site, whichever comes."""
    rng = random.Random(seed)

    def act() -> None:
        roles = ("worker", "worker", "exchange", "exchange", "beat", "console", "broker", "database")
        found = pids(arena, rng.choice(roles))
        if found:
            with suppress(ProcessLookupError):
                os.kill(rng.choice(found), signal.SIGKILL)

    return act


def freezing(arena: Arena, role: str, seconds: float) -> Callable[[], object]:
    """Processes that stand still for longer than their leases, and then go on as if nothing had been."""
    pause = threading.Event()

    def act() -> None:
        held = pids(arena, role)
        for pid in held:
            os.kill(pid, signal.SIGSTOP)
        pause.wait(seconds)
        for pid in held:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    return act


def emptying(arena: Arena) -> Callable[[], object]:
    """The broker loses all it holds."""

    def act() -> None:
        with suppress(redis.exceptions.RedisError), redis.Redis.from_url(EmbeddedValkey(arena.site.state).url) as client:
            client.flushall()

    return act


def doubled(arena: Arena, seconds: float = 15.0) -> Callable[[], object]:
    """For a while a second beat and as many workers again, as a second machine would have them."""
    pause, plants = threading.Event(), list(arena.site.plants)
    celery = [sys.executable, "-m", "celery", "-A", "lotweave.worker:app"]
    own, exchange = ",".join(queues_of(plants)), ",".join(exchange_queues_of(plants))
    commands = [
        [*celery, "beat", "--pidfile", ""],
        [*celery, "worker", "-n", "second@%h", "-c", "2", "-Q", own],
        [*celery, "worker", "-n", "second-exchange@%h", "-P", "threads", "-c", "4", "-Q", exchange],
    ]
    env = os.environ | {"LOTWEAVE_SITE": str(arena.site.folder), "LOTWEAVE_BROKER_URL": EmbeddedValkey(arena.site.state).broker_url}

    def act() -> None:
        with ExitStack() as stack, (arena.kills.parent / "second.log").open("ab") as log:
            for command in commands:
                one = stack.enter_context(subprocess.Popen(command, env=env, stdout=log, stderr=log, start_new_session=True))
                stack.callback(os.killpg, one.pid, signal.SIGKILL)
            pause.wait(seconds)

    return act


def shouting(arena: Arena) -> Callable[[], object]:
    """Every message there can be, several times over."""
    broker = EmbeddedValkey(arena.site.state).broker_url
    app = celery_app(broker, list(arena.site.plants))
    arguments = {"pull": list(range(1, 40)), "interpret": list(arena.site.plants), "push": list(arena.site.connections)}

    def act() -> None:
        for task in ("pull", "interpret", "push", "refresh", "nudge"):
            for argument in arguments.get(task, [""]):
                plant = argument if argument in arena.site.plants else "HZ" if task in CALLING else ""
                args = [] if task == "nudge" else [argument]
                for _ in range(2):
                    app.send_task(NAMES[task], args=args, queue=queue_for(str(plant), calls_systems=task in CALLING), ignore_result=True)

    return act


def kill_at(arena: Arena, moment: str, times: int) -> None:
    """Let processes end at a moment, at their first, second or third arrival there."""
    for at in range(times):
        (arena.kills / f"{moment}@{1 + at % 3}.{at}").touch()


def left_at(arena: Arena, moment: str) -> int:
    """How many of them have not come about."""
    return len(list(arena.kills.glob(f"{moment}@*")))


@contextmanager
def disturbed(*disturbers: Disturber) -> Iterator[None]:
    """Disturbers at work until the block ends."""
    for one in disturbers:
        one.start()
    try:
        yield
    finally:
        for one in disturbers:
            one.end()
        for one in disturbers:
            if one.broken is not None:
                raise AssertionError("the test's own disturber failed") from one.broken
