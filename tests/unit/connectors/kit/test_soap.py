"""It loads a WSDL from one host only, calls the configured address, and never takes a bad answer for a good one."""

import pytest
import responses

from connectors.kit.http import HttpSession, Patience
from connectors.kit.soap import SoapService, WsdlFiles, plain
from trace_core.errors import Misconfigured, Rejected, Unreachable

WSDL = "http://erp.example/Lots.svc?wsdl"
SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:lots" elementFormDefault="qualified">
<xs:element name="Ask"><xs:complexType><xs:sequence><xs:element name="lot" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
<xs:element name="Told"><xs:complexType><xs:sequence>
<xs:element name="quantity" type="xs:decimal"/></xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
DEFINITIONS = """<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
 xmlns:wsaw="http://www.w3.org/2006/05/addressing/wsdl" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="urn:lots"
 targetNamespace="urn:lots">
<wsdl:types><xs:schema><xs:import namespace="urn:lots" schemaLocation="{schema}"/></xs:schema></wsdl:types>
<wsdl:message name="In"><wsdl:part name="parameters" element="t:Ask"/></wsdl:message>
<wsdl:message name="Out"><wsdl:part name="parameters" element="t:Told"/></wsdl:message>
<wsdl:portType name="Lots"><wsdl:operation name="Ask"><wsdl:input wsaw:Action="urn:lots/Ask" message="t:In"/><wsdl:output message="t:Out"/>
</wsdl:operation></wsdl:portType>
<wsdl:binding name="B" type="t:Lots"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
<wsdl:operation name="Ask"><soap:operation soapAction="urn:lots/Ask" style="document"/><wsdl:input><soap:body use="literal"/></wsdl:input>
<wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation></wsdl:binding>
<wsdl:service name="S"><wsdl:port name="P" binding="t:B"><soap:address location="http://erp-srv01/Lots.svc"/></wsdl:port></wsdl:service>
</wsdl:definitions>"""
ENVELOPE = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'
TOLD = ENVELOPE.format('<Told xmlns="urn:lots"><quantity>12.50</quantity></Told>')
FAULT = ENVELOPE.format("<s:Fault><faultcode>s:Client</faultcode><faultstring>no such lot</faultstring></s:Fault>")


@pytest.fixture
def wire():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def http():
    session = HttpSession(patience=Patience(attempts=1))
    yield session
    session.close()


def refused(fault):
    return Rejected(str(fault.message), code="refused")


def service(wire, http, schema="http://erp-srv01/Lots.svc?xsd=xsd0") -> SoapService:
    wire.get("http://erp.example/Lots.svc?xsd=xsd0", SCHEMA)
    wire.get(WSDL, DEFINITIONS.format(schema=schema))
    return SoapService(WSDL, http=http)


def test_it_calls_the_configured_host_whatever_host_the_wsdl_names(wire, http):
    wire.post("http://erp.example/Lots.svc", TOLD, content_type="text/xml")

    answer = service(wire, http).call("Ask", writes=False, refused=refused, lot="steel-A")

    assert str(plain(answer)) == "12.50"
    assert b"Addressing" not in wire.calls[-1].request.body
    assert b"addressing" not in wire.calls[-1].request.body


def test_it_loads_nothing_from_another_place(wire, http):
    with pytest.raises(Misconfigured, match="files of other hosts are not loaded"):
        service(wire, http, schema="http://schemas.example.org/soap/encoding/")


def test_a_page_is_no_wsdl(wire, http):
    wire.get(WSDL, "<html><body>You have created a service.<br></body></html>")

    with pytest.raises(Unreachable, match="a page instead of a WSDL"):
        SoapService(WSDL, http=http)


def test_a_missing_wsdl_asks_whether_the_service_is_deployed(wire, http):
    wire.get(WSDL, "", status=404)

    with pytest.raises(Misconfigured, match="deployed"):
        SoapService(WSDL, http=http)


def test_a_fault_is_what_the_vendor_makes_of_it(wire, http):
    wire.post("http://erp.example/Lots.svc", FAULT, status=500, content_type="text/xml")

    with pytest.raises(Rejected, match="no such lot"):
        service(wire, http).call("Ask", writes=True, refused=refused, lot="steel-A")


@pytest.mark.parametrize(
    ("body", "status", "sent"),
    [
        ("<html>starting</html>", 200, True),
        ("<html>broken</html>", 500, True),
        ("<html>busy</html>", 503, False),
        ("<s:Envelope", 200, True),
        (ENVELOPE.format('<Else xmlns="urn:lots"/>'), 200, True),
    ],
)
def test_an_answer_that_cannot_be_read_leaves_a_write_unknown(wire, http, body, status, sent):
    wire.post("http://erp.example/Lots.svc", body, status=status, content_type="text/xml")

    with pytest.raises(Unreachable) as told:
        service(wire, http).call("Ask", writes=True, refused=refused, lot="steel-A")

    assert told.value.sent is sent


def test_wrong_arguments_are_found_before_anything_is_sent(wire, http):
    with pytest.raises(Rejected, match="do not fit its WSDL"):
        service(wire, http).call("Ask", writes=True, refused=refused, batch="steel-A")


def test_an_unknown_type_names_the_service(wire, http):
    with pytest.raises(Misconfigured, match="knows no type Reel"):
        service(wire, http).type("urn:lots", "Reel")


def test_files_that_are_held_are_not_fetched_again(wire, http):
    files = WsdlFiles()
    service(wire, http)
    SoapService(WSDL, http=http, files=files)
    before = len(wire.calls)

    SoapService(WSDL, http=http, files=files)

    assert len(wire.calls) == before


def test_files_that_are_too_old_are_fetched_again():
    files = WsdlFiles(seconds=0)
    files.add(WSDL, b"old")

    assert files.get(WSDL) is None
