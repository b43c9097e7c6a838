"""Rows read without zeep's objects are the rows that zeep reads; what is unusual is left to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import responses

from connectors.kit.http import HttpSession, Patience
from connectors.kit.soap import SoapService, plain
from trace_core.errors import Rejected

WSDL = "http://erp.example/Lots.svc?wsdl"
DEFINITIONS = """<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:lots" targetNamespace="urn:lots">
<wsdl:types><xs:schema targetNamespace="urn:lots" elementFormDefault="qualified">
<xs:complexType name="Flex"><xs:sequence><xs:element name="seg1" type="xs:string" minOccurs="0" nillable="true"/></xs:sequence>
</xs:complexType>
<xs:complexType name="Lot"><xs:sequence>
<xs:element name="id" type="xs:long"/><xs:element name="code" type="xs:string" nillable="true" minOccurs="0"/>
<xs:element name="quantity" type="xs:decimal"/><xs:element name="made" type="xs:dateTime" minOccurs="0" nillable="true"/>
<xs:element name="open" type="xs:boolean" minOccurs="0"/><xs:element name="flex" type="t:Flex" minOccurs="0" nillable="true"/>
<xs:element name="tags" type="xs:string" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
<xs:complexType name="Lots"><xs:sequence>
<xs:element name="Lot" type="t:Lot" minOccurs="0" maxOccurs="unbounded" nillable="true"/></xs:sequence>
</xs:complexType>
<xs:element name="Do"><xs:complexType><xs:sequence/></xs:complexType></xs:element>
<xs:element name="DoResponse"><xs:complexType><xs:sequence><xs:element name="DoResult" type="t:Lots" nillable="true" minOccurs="0"/>
</xs:sequence></xs:complexType></xs:element></xs:schema></wsdl:types>
<wsdl:message name="In"><wsdl:part name="parameters" element="t:Do"/></wsdl:message>
<wsdl:message name="Out"><wsdl:part name="parameters" element="t:DoResponse"/></wsdl:message>
<wsdl:portType name="P"><wsdl:operation name="Do"><wsdl:input message="t:In"/><wsdl:output message="t:Out"/>
</wsdl:operation></wsdl:portType>
<wsdl:binding name="B" type="t:P"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
<wsdl:operation name="Do"><soap:operation soapAction="urn:lots/Do" style="document"/><wsdl:input><soap:body use="literal"/></wsdl:input>
<wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation></wsdl:binding>
<wsdl:service name="S"><wsdl:port name="P" binding="t:B"><soap:address location="http://erp.example/Lots.svc"/></wsdl:port></wsdl:service>
</wsdl:definitions>"""
ANSWER = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:x="http://www.w3.org/2001/XMLSchema"><s:Body><DoResponse xmlns="urn:lots"><DoResult>{}</DoResult></DoResponse>'
    "</s:Body></s:Envelope>"
)
FULL = (
    "<Lot><id>9007199254740993</id><code> 批 1 </code><quantity>12.500</quantity><made>2026-03-01T08:00:00+08:00</made><open>true</open>"
    '<flex><seg1>LW-1</seg1></flex><tags>a</tags><tags i:nil="true"/></Lot>'
)
SPARE = '<Lot><id>2</id><code i:nil="true"/><quantity>0</quantity><flex i:nil="true"/></Lot>'
FAULT = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client</faultcode>'
    "<faultstring>no such lot</faultstring></s:Fault></s:Body></s:Envelope>"
)


NESTED = (
    '<xs:element name="flex" type="t:Flex" minOccurs="0" nillable="true"/>\n'
    '<xs:element name="tags" type="xs:string" minOccurs="0" maxOccurs="unbounded"/>'
)
FLAT = DEFINITIONS.replace(NESTED, "")
"""The same rows of simple fields alone, which are read quicker still."""
FLAT_FULL, FLAT_SPARE = (re.sub(r"<(flex|tags).*(</\1>|/>)", "", one) for one in (FULL, SPARE))


@pytest.fixture
def definitions() -> str:
    return DEFINITIONS


@pytest.fixture
def wire(definitions: str) -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(WSDL, definitions)
        yield mock


@pytest.fixture
def service(wire: responses.RequestsMock) -> Iterator[SoapService]:
    http = HttpSession(patience=Patience(attempts=1))
    yield SoapService(WSDL, http=http)
    http.close()


def refused(fault: Any) -> Rejected:
    return Rejected(str(fault.message), code="refused")


def both(wire: responses.RequestsMock, service: SoapService, rows: str) -> tuple[Any, Any]:
    """What is read without objects, and what zeep makes of the same."""
    wire.post("http://erp.example/Lots.svc", ANSWER.format(rows), content_type="text/xml")
    found, _ = service.rows("Do", writes=False, refused=refused)
    told = plain(service.call("Do", writes=False, refused=refused))
    return found, told


@pytest.mark.parametrize("rows", [FULL, SPARE, FULL + SPARE + FULL, "", '<Lot i:nil="true"/>'])
def test_rows_are_those_that_zeep_reads(wire: responses.RequestsMock, service: SoapService, rows: str) -> None:
    found, told = both(wire, service, rows)

    assert found == ((told["Lot"] if isinstance(told, dict) else told) or [])


@pytest.mark.parametrize("definitions", [FLAT])
@pytest.mark.parametrize(
    "rows",
    [
        FLAT_FULL,
        FLAT_SPARE,
        FLAT_FULL + FLAT_SPARE,
        FLAT_FULL.replace("12.500", " 12<!-- counted -->.500\n"),
        *(FLAT_FULL.replace("true</open>", f"{truth}</open>") for truth in ("1", "0", "false", " true ", "TRUE", "maybe")),
        FLAT_FULL.replace(" 批 1 ", "<!-- none -->"),
        FLAT_FULL.replace(" 批 1 ", "<?page 2?>"),
        FLAT_FULL.replace(" 批 1 ", "<![CDATA[批<1>]]>").replace("12.500", "1<![CDATA[2]]>.5"),
        "",
    ],
)
def test_rows_of_simple_fields_are_those_that_zeep_reads(wire: responses.RequestsMock, service: SoapService, rows: str) -> None:
    found, told = both(wire, service, rows)

    assert found == (told or [])


ODD = [FULL.replace("<quantity>", '<quantity i:type="x:string">'), FULL.replace("open>", "opened>")]


FLAT_ODD = [
    FLAT_FULL.replace("<quantity>", '<quantity i:type="x:string">'),
    FLAT_FULL.replace("open>", "opened>"),
    FLAT_FULL.replace("12.500", "12<b/>.500"),
    FLAT_FULL.replace("12.500", "12<?page 2?>.500"),
    FLAT_FULL.replace("12.500", "<b/>"),
    FLAT_FULL.replace("12.500", "twelve"),
]
ALL_ODD = [*((DEFINITIONS, SPARE, odd) for odd in ODD), *((FLAT, FLAT_SPARE, odd) for odd in FLAT_ODD)]


@pytest.mark.parametrize(("definitions", "spare", "odd"), ALL_ODD)
def test_what_is_unusual_is_left_to_zeep(wire: responses.RequestsMock, service: SoapService, spare: str, odd: str) -> None:
    wire.post("http://erp.example/Lots.svc", ANSWER.format(spare + odd), content_type="text/xml")
    try:
        found, whole = service.rows("Do", writes=False, refused=refused)
    except Exception as fault:  # noqa: BLE001 - whatever zeep says of it
        with pytest.raises(type(fault)):
            service.call("Do", writes=False, refused=refused)
        return

    assert found is None
    assert plain(whole) == plain(service.call("Do", writes=False, refused=refused))


def test_a_fault_is_a_fault(wire: responses.RequestsMock, service: SoapService) -> None:
    wire.post("http://erp.example/Lots.svc", FAULT, status=500, content_type="text/xml")

    with pytest.raises(Rejected, match="no such lot"):
        service.rows("Do", writes=False, refused=refused)
