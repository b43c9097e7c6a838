"""One HTTP session per connection: time-outs always, retries within a call by tenacity, faults as verdicts.

Retries here last seconds (connection refused, reset before anything was sent, 502/503/504 on reads); anything longer is the
pipelines' matter. A write is never repeated here: when its answer is lost the outcome is unknown and `Unreachable.sent` is true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from tenacity import Retrying, retry_if_exception, stop_after_attempt, stop_after_delay, wait_random_exponential

from connectors.kit.gate import Gate
from trace_core.errors import Misconfigured, Unreachable

Answer = requests.Response
"""What `send` returns; for annotations outside the kit."""
BUSY = frozenset({429, 502, 503, 504})
SERVER_FAULTS = 500


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait: seconds to connect, seconds between bytes, attempts within one call, and seconds for all of them."""

    connect: float = 5.0
    read: float = 120.0
    attempts: int = 4
    overall: float = 20.0


class HttpSession:
    """A `requests.Session` that always has a time-out, answers faults with verdicts, and passes the company's gate with every attempt."""

    def __init__(self, *, patience: Patience | None = None, verify: bool | str = True, gate: Gate | None = None) -> None:
        self.patience = patience or Patience()
        self.gate = gate or Gate()
        self.session = requests.Session()
        self.session.verify = verify
        self.session.mount("http://", HTTPAdapter(max_retries=0))
        self.session.mount("https://", HTTPAdapter(max_retries=0))

    def send(
        self,
        method: str,
        url: str,
        *,
        endpoint: str = "",
        writes: bool = False,
        headers: Mapping[str, str] | None = None,
        headers_now: Callable[[], Mapping[str, str]] | None = None,
        **options: Any,
    ) -> requests.Response:
        """Send one request and return the answer whatever its status below 500 and other than 429.

        `endpoint` is the name under which the manifest's limits count the call. `headers_now` gives headers made anew for each attempt
        (signatures that carry a time). Errors: `Unreachable` when the system does not answer, is busy (with its `Retry-After`) or fails, or
        when the gate lets nobody through; `Misconfigured` when the address or the certificate is wrong.
        """

        def once() -> requests.Response:
            with self.gate.call(endpoint, writes=writes):
                made = {**(headers or {}), **(headers_now() if headers_now else {})}
                return self._once(method, url, writes=writes, headers=made, **options)

        attempts = Retrying(
            retry=retry_if_exception(lambda fault: isinstance(fault, Unreachable) and not fault.sent and fault.retry_after is None),
            stop=stop_after_attempt(self.patience.attempts) | stop_after_delay(self.patience.overall),
            wait=wait_random_exponential(multiplier=0.2, max=5),
            reraise=True,
        )
        return attempts(once)

    def _once(self, method: str, url: str, *, writes: bool, **options: Any) -> requests.Response:
        host = requests.utils.urlparse(url).netloc  # type: ignore[attr-defined]
        try:
            answer = self.session.request(method, url, timeout=(self.patience.connect, self.patience.read), **options)
        except (requests.exceptions.MissingSchema, requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema) as fault:
            raise Misconfigured(f"{url!r} is no address: {fault}", code="bad_url") from fault
        except requests.exceptions.SSLError as fault:
            raise Misconfigured(f"the certificate of {host} is not trusted; set `verify` to its CA file", code="tls") from fault
        except requests.exceptions.ConnectTimeout as fault:
            raise Unreachable(f"{host} did not accept a connection within {self.patience.connect:g} s", code="connect") from fault
        except requests.exceptions.Timeout as fault:
            raise Unreachable(f"{host} did not answer within {self.patience.read:g} s", code="timeout", sent=writes) from fault
        except requests.exceptions.RequestException as fault:
            refused = "refused" in str(fault)
            message = f"{host} refuses connections: is it running, and is the port right?" if refused else f"{host}: connection lost"
            raise Unreachable(message, code="connect", sent=writes and not refused) from fault
        if answer.status_code in BUSY or answer.status_code >= SERVER_FAULTS:
            delay = answer.headers.get("Retry-After", "")
            answer.close()
            raise Unreachable(
                f"{host} answered HTTP {answer.status_code}",
                code="busy",
                retry_after=int(delay) if delay.isdigit() else None,
                sent=writes and answer.status_code not in {429, 503},
            )
        return answer

    def close(self) -> None:
        """Close all sockets."""
        self.session.close()
