"""A SOAP answer of 5,000 rows with 25 typed fields each (3 MB): our rows beside zeep's objects, over HTTP, by the same service."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from connectors.kit.http import HttpSession
from connectors.kit.soap import SoapService, plain
from pipelines.uncollected import seldom_collected
from trace_core.errors import Rejected

ROWS, FIELDS, ROUNDS = 5_000, 25, 5
SORTS = ("long", "string", "decimal", "dateTime", "boolean")
VALUES = {
    "long": "1002601010000001",
    "string": "电容 0402 100nF",
    "decimal": "12.5000",
    "dateTime": "2026-03-01T08:00:00",
    "boolean": "true",
}
FIELD = [(f"f{at}", SORTS[at % len(SORTS)]) for at in range(FIELDS)]
ELEMENTS = "".join(f'<xs:element name="{name}" type="xs:{sort}" minOccurs="0"/>' for name, sort in FIELD)
WSDL = f"""<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:rows" targetNamespace="urn:rows"><wsdl:types>
<xs:schema targetNamespace="urn:rows" elementFormDefault="qualified">
<xs:complexType name="Row"><xs:sequence>{ELEMENTS}</xs:sequence>
</xs:complexType>
<xs:complexType name="Rows"><xs:sequence>
<xs:element name="Row" type="t:Row" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
</xs:complexType>
<xs:element name="Do"><xs:complexType><xs:sequence/></xs:complexType></xs:element>
<xs:element name="DoResponse"><xs:complexType><xs:sequence>
<xs:element name="DoResult" type="t:Rows"/></xs:sequence></xs:complexType>
</xs:element>
</xs:schema></wsdl:types><wsdl:message name="In"><wsdl:part name="parameters" element="t:Do"/></wsdl:message>
<wsdl:message name="Out"><wsdl:part name="parameters" element="t:DoResponse"/></wsdl:message>
<wsdl:portType name="P"><wsdl:operation name="Do"><wsdl:input message="t:In"/><wsdl:output message="t:Out"/>
</wsdl:operation></wsdl:portType>
<wsdl:binding name="B" type="t:P"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/><wsdl:operation name="Do">
<soap:operation soapAction="urn:rows/Do" style="document"/><wsdl:input><soap:body use="literal"/></wsdl:input>
<wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation></wsdl:binding>
<wsdl:service name="S"><wsdl:port name="P" binding="t:B"><soap:address location="http://127.0.0.1/"/></wsdl:port></wsdl:service>
</wsdl:definitions>"""
ROW = "<Row>" + "".join(f"<{name}>{VALUES[sort]}</{name}>" for name, sort in FIELD) + "</Row>"
ANSWER = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><DoResponse xmlns="urn:rows"><DoResult>'
    + ROW * ROWS
    + "</DoResult></DoResponse></s:Body></s:Envelope>"
)


def soap() -> dict[str, Any]:
    """Seconds of the best of five rounds each, in a process that is tuned as workers are."""
    seldom_collected()
    with _served() as url:
        http = HttpSession()
        service = SoapService(f"{url}/Rows.svc?wsdl", http=http)
        ours = _best(lambda: service.rows("Do", writes=False, refused=_refused)[0])
        zeep = _best(lambda: plain(service.call("Do", writes=False, refused=_refused)))
        http.close()
    return {"orders": ROWS, "seconds": ours, "zeep_seconds": zeep}


def _best(read: Callable[[], Any]) -> float:
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        told = read()
        found.append(time.perf_counter() - began)
        if not told:
            raise RuntimeError("the answer could not be read")
    return min(found)


def _refused(fault: Any) -> Rejected:
    return Rejected(str(fault))


@contextmanager
def _served() -> Iterator[str]:
    context = get_context("spawn")
    ready = context.Queue()
    process = context.Process(target=_serve, args=(ready,), daemon=True)
    process.start()
    try:
        yield ready.get(timeout=60)
    finally:
        process.terminate()
        process.join()


def _serve(ready: Any) -> None:
    @Request.application
    def answer(request: Request) -> Response:
        return Response(WSDL if request.method == "GET" else ANSWER, content_type="text/xml; charset=utf-8")

    server = make_server("127.0.0.1", 0, answer)
    ready.put(f"http://127.0.0.1:{server.server_port}")
    server.serve_forever()


if __name__ == "__main__":
    print(soap())
