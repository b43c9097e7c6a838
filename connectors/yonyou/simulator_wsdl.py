"""WSDL and schema files of the simulated `.svc` services, in the standard WCF layout.

`?wsdl` (binding and service) imports `?wsdl=wsdl0` (messages and port type), whose types import `?xsd=xsd0` to `xsd6`. Contract,
namespace and type names as in public proxies; the split into files is inferred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

UFIDA = "http://www.UFIDA.org"
ENTITY = "http://www.UFIDA.org/EntityData"
CONTEXT = "http://schemas.datacontract.org/2004/07/UFSoft.UBF.Util.Context"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
SERIALIZATION = "http://schemas.microsoft.com/2003/10/Serialization/"
UBF = "http://schemas.datacontract.org/2004/07/UFSoft.UBF"
SERVICE = "http://schemas.datacontract.org/2004/07/UFSoft.UBF.Service"
BASE = "UFSoftUBFBusinessDataTransObjectBase"
_SPACES = (UFIDA, SERIALIZATION, CONTEXT, ARRAYS, ENTITY, UBF, SERVICE)
_MANY = 'maxOccurs="unbounded" '
_XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"'
_BETWEEN = f'{_XS} xmlns:c="{CONTEXT}" xmlns:a="{ARRAYS}" xmlns:e="{ENTITY}" xmlns:u="{UBF}" xmlns:s="{SERVICE}" xmlns:tns="{UFIDA}"'


@dataclass(frozen=True, slots=True)
class Shape:
    """The one operation of a service: its parameter, the DTO in it, the DTO it answers with, and all DTOs' fields.

    Fields are in the DataContract's order (ordinal); a type is `xs:…` or the name of another DTO, with `[]` for an array of it.
    """

    parameter: str
    takes: str
    gives: str
    types: Mapping[str, Mapping[str, str]]


def files(interface: str, shape: Shape, address: str) -> dict[str, str]:
    """Query text (`wsdl`, `wsdl=wsdl0`, `xsd=xsd0`…) → file."""
    told = {"wsdl": _service(interface, address), "wsdl=wsdl0": _port_type(interface, address)}
    bodies = (_do(shape), _serialization(), _context(), _arrays(), _entities(shape), _ubf(), _faults())
    for number, (space, body) in enumerate(zip(_SPACES, bodies, strict=True)):
        told[f"xsd=xsd{number}"] = _schema(space, body, address, number)
    return told


def _service(interface: str, address: str) -> str:
    return f"""<?xml version="1.0" encoding="utf-8"?>
<wsdl:definitions name="{interface.rpartition(".")[2]}" targetNamespace="http://tempuri.org/" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"
 xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:tns="http://tempuri.org/" xmlns:i0="{UFIDA}">
<wsdl:import namespace="{UFIDA}" location="{address}?wsdl=wsdl0"/><wsdl:types/>
<wsdl:binding name="BasicHttpBinding_{interface}" type="i0:{interface}"><soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
<wsdl:operation name="Do"><soap:operation soapAction="{UFIDA}/{interface}/Do" style="document"/>
<wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output>
<wsdl:fault name="ServiceExceptionFault">
<soap:fault name="ServiceExceptionFault" use="literal"/></wsdl:fault></wsdl:operation></wsdl:binding>
<wsdl:service name="{interface.rpartition(".")[2]}">
<wsdl:port name="BasicHttpBinding_{interface}" binding="tns:BasicHttpBinding_{interface}">
<soap:address location="{address}"/></wsdl:port></wsdl:service></wsdl:definitions>"""


def _port_type(interface: str, address: str) -> str:
    imports = "".join(f'<xs:import schemaLocation="{address}?xsd=xsd{n}" namespace="{space}"/>' for n, space in enumerate(_SPACES))
    action = f"{UFIDA}/{interface}/Do"
    return f"""<?xml version="1.0" encoding="utf-8"?>
<wsdl:definitions targetNamespace="{UFIDA}" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:tns="{UFIDA}" xmlns:s="{SERVICE}" {_XS}
 xmlns:wsaw="http://www.w3.org/2006/05/addressing/wsdl">
<wsdl:types><xs:schema targetNamespace="{UFIDA}/Imports">{imports}</xs:schema></wsdl:types>
<wsdl:message name="{interface}_Do_InputMessage"><wsdl:part name="parameters" element="tns:Do"/></wsdl:message>
<wsdl:message name="{interface}_Do_OutputMessage"><wsdl:part name="parameters" element="tns:DoResponse"/></wsdl:message>
<wsdl:message name="{interface}_Do_ServiceExceptionFault_FaultMessage">
<wsdl:part name="detail" element="s:ServiceException"/></wsdl:message>
<wsdl:portType name="{interface}"><wsdl:operation name="Do">
<wsdl:input wsaw:Action="{action}" message="tns:{interface}_Do_InputMessage"/>
<wsdl:output wsaw:Action="{action}Response" message="tns:{interface}_Do_OutputMessage"/>
<wsdl:fault wsaw:Action="{action}ServiceExceptionFault" name="ServiceExceptionFault"
 message="tns:{interface}_Do_ServiceExceptionFault_FaultMessage"/></wsdl:operation></wsdl:portType></wsdl:definitions>"""


def _schema(space: str, body: str, address: str, number: int) -> str:
    others = "".join(
        f'<xs:import schemaLocation="{address}?xsd=xsd{n}" namespace="{other}"/>' for n, other in enumerate(_SPACES) if n != number
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><xs:schema elementFormDefault="qualified" targetNamespace="{space}" {_BETWEEN}>'
        f"{others}{body}</xs:schema>"
    )


def _element(name: str, kind: str, *, many: bool = False) -> str:
    return f'<xs:element minOccurs="0" {_MANY if many else ""}name="{name}" nillable="true" type="{kind}"/>'


def _type(name: str, elements: str, *, base: str = "") -> str:
    sequence = f"<xs:sequence>{elements}</xs:sequence>"
    inner = (
        f'<xs:complexContent mixed="false"><xs:extension base="{base}">{sequence}</xs:extension></xs:complexContent>' if base else sequence
    )
    return f'<xs:complexType name="{name}">{inner}</xs:complexType>'


def _do(shape: Shape) -> str:
    asked = _element("context", "xs:anyType") + _element(shape.parameter, f"e:ArrayOf{shape.takes}")
    given = _element("DoResult", f"e:ArrayOf{shape.gives}") + _element("outMessages", "u:ArrayOfMessageBase")
    return "".join(
        f'<xs:element name="{name}"><xs:complexType><xs:sequence>{inner}</xs:sequence></xs:complexType></xs:element>'
        for name, inner in (("Do", asked), ("DoResponse", given))
    )


def _entities(shape: Shape) -> str:
    told = ""
    for name, fields in shape.types.items():
        told += _type(name, "".join(_element(field, _named(kind)) for field, kind in fields.items()), base=f"u:{BASE}")
        told += _type(f"ArrayOf{name}", _element(name, f"e:{name}", many=True))
    return told


def _named(kind: str) -> str:
    if kind.startswith("xs:"):
        return kind
    return f"e:ArrayOf{kind.removesuffix('[]')}" if kind.endswith("[]") else f"e:{kind}"


def _serialization() -> str:
    return '<xs:element name="anyType" nillable="true" type="xs:anyType"/><xs:element name="long" nillable="true" type="xs:long"/>'


def _context() -> str:
    held = _element("nameValueHas", "a:ArrayOfKeyValueOfanyTypeanyType")
    return "".join(
        _type(name, held) + f'<xs:element name="{name}" nillable="true" type="c:{name}"/>'
        for name in ("ThreadContext", "ApplicationContext")
    )


def _arrays() -> str:
    return _type("ArrayOfKeyValueOfanyTypeanyType", _element("KeyValueOfanyTypeanyType", "a:KeyValueOfanyTypeanyType", many=True)) + _type(
        "KeyValueOfanyTypeanyType", _element("Key", "xs:anyType") + _element("Value", "xs:anyType")
    )


def _ubf() -> str:
    states = ("NotExist", "Unchanged", "Unknown", "Inserted", "Updated", "Deleted", "Operating", "NeedLoad")
    listed = "".join(f'<xs:enumeration value="{state}"/>' for state in states)
    state = f'<xs:simpleType name="ObjectState"><xs:restriction base="xs:string">{listed}</xs:restriction></xs:simpleType>'
    message = _type("MessageBase", _element("Message", "xs:string"))
    return (
        state
        + _type(BASE, _element("sysState", "u:ObjectState"))
        + message
        + _type("ArrayOfMessageBase", _element("MessageBase", "u:MessageBase", many=True))
    )


def _faults() -> str:
    inner = _type("Exception", _element("Message", "xs:string")) + _type(
        "ArrayOfException", _element("Exception", "s:Exception", many=True)
    )
    return (
        inner
        + _type("ServiceException", _element("InnerExceptions", "s:ArrayOfException"))
        + ('<xs:element name="ServiceException" nillable="true" type="s:ServiceException"/>')
    )
