"""The simulated services are SOAP as zeep understands it, and as a U9 would check it."""

from typing import Any

import pytest
import requests
import zeep
from zeep import xsd

from connectors.kit.http import HttpSession, Patience
from connectors.kit.simulator import Running
from connectors.yonyou.simulator import build
from connectors.yonyou.simulator_shapes import CREATE, MODIFY, QUERY
from connectors.yonyou.soap import DoService, context_values
from trace_core.errors import Misconfigured, NotYet, Unreachable

CONTEXT = "{http://schemas.datacontract.org/2004/07/UFSoft.UBF.Util.Context}ThreadContext"
ENTRY = "{http://schemas.microsoft.com/2003/10/Serialization/Arrays}KeyValueOfanyTypeanyType"
DATA: dict[str, Any] = {
    "clients": [{"client_id": "lw", "secret": "s"}],
    "users": [{"code": "trace", "id": 1002601010000009}],
    "organisations": [{"id": 1002601010000001, "code": "10", "name": "SU"}],
    "objects": {
        "MODoc": [{"m_iD": 100, "m_docNo": "MO-1001"}],
        "LotMaster": [{"m_iD": 900, "m_itemCode": "RM-01", "m_lotCode": "steel-A", "m_descFlexField": {"m_privateDescSeg7": "keep"}}],
    },
}
KNOWN = context_values(org_id=1002601010000001, user_id=1002601010000009, enterprise="001", language="zh-CN")


@pytest.fixture
def running():
    with Running(build(DATA)) as server:
        yield server


@pytest.fixture
def http():
    session = HttpSession(patience=Patience(attempts=1, read=10))
    yield session
    session.close()


def by_hand(running: Running, interface: str) -> zeep.Client:
    return zeep.Client(f"{running.url}/U9C/Services/{interface}.svc?wsdl")


def context(client: zeep.Client, **values: Any) -> Any:
    entry, thread = client.get_type(ENTRY), client.get_type(CONTEXT)
    entries = [
        entry(Key=xsd.AnyObject(xsd.String(), k), Value=xsd.AnyObject(xsd.Long() if isinstance(v, int) else xsd.String(), v))
        for k, v in values.items()
    ]
    return xsd.AnyObject(thread, thread(nameValueHas={"KeyValueOfanyTypeanyType": entries}))


@pytest.mark.parametrize("interface", [QUERY, MODIFY, CREATE])
def test_zeep_loads_the_wsdl_and_finds_one_operation(running, interface):
    client = by_hand(running, interface)

    assert list(client.wsdl.bindings) == [f"{{http://tempuri.org/}}BasicHttpBinding_{interface}"]
    assert [operation.name for binding in client.wsdl.bindings.values() for operation in binding._operations.values()] == ["Do"]


def test_do_works_by_hand_with_typed_any_objects_and_addressing_headers(running):
    client = by_hand(running, CREATE)
    row = {"m_mO": {"m_code": "MO-1001"}, "m_direction": 0, "m_eligibleQty": 5, "m_completeDate": "2025-01-02T03:04:05"}

    told = client.service.Do(context=context(client, **KNOWN), completeRptDTOs={"UFIDAU9ISVMOCompleteRptDTOData": [row]})

    result = told.DoResult.UFIDAU9ISVMOResultDTOData[0]
    assert result.m_isSucess is True
    assert list(told.__values__) == ["DoResult", "outMessages"]
    assert running.simulator.ledger.writes[0]["operation"] == "ICreateCompRptSrv"
    client.transport.session.close()


@pytest.mark.parametrize("missing", ["OrgID", "UserID"])
def test_a_context_without_identity_is_refused_with_the_exception_tree(running, missing):
    client = by_hand(running, QUERY)
    values = {name: value for name, value in KNOWN.items() if name != missing}

    with pytest.raises(zeep.exceptions.Fault) as told:
        client.service.Do(context=context(client, **values), lotKeyDTOs=None)

    texts = told.value.detail.xpath("//*[local-name()='InnerExceptions']/*/*[local-name()='Message']/text()")
    assert missing in texts[0]
    client.transport.session.close()


def test_a_context_that_does_not_state_its_type_is_refused(running):
    body = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><Do xmlns="http://www.UFIDA.org"><context/></Do></s:Body>
</s:Envelope>"""
    headers = {"SOAPAction": f'"http://www.UFIDA.org/{QUERY}/Do"', "Content-Type": "text/xml; charset=utf-8"}

    answer = requests.post(f"{running.url}/U9C/Services/{QUERY}.svc", data=body, headers=headers, timeout=5)

    assert answer.status_code == 500
    assert "ServiceException" in answer.text


def test_our_client_reads_lots_by_id_and_by_number(running, http):
    service = DoService(f"{running.url}/U9C/Services", QUERY, http)

    by_id = service.do(KNOWN, [{"m_iD": 900}], writes=False)
    by_code = service.do(KNOWN, [{"m_itemCode": "RM-01", "m_lotCode": "steel-A"}], writes=False)

    assert by_id == by_code
    assert by_id[0]["m_descFlexField"]["m_privateDescSeg7"] == "keep"


def test_no_lot_is_an_empty_list(running, http):
    assert DoService(f"{running.url}/U9C/Services", QUERY, http).do(KNOWN, [{"m_iD": 1}], writes=False) == []


def test_our_client_sends_addressing_headers_only_when_asked(running, http):
    plain = DoService(f"{running.url}/U9C/Services", QUERY, http)
    addressed = DoService(f"{running.url}/U9C/Services", QUERY, http, addressing=True)

    assert plain.do(KNOWN, [{"m_iD": 900}], writes=False) == addressed.do(KNOWN, [{"m_iD": 900}], writes=False)


def test_a_fault_becomes_a_verdict_with_u9s_words(running, http):
    service = DoService(f"{running.url}/U9C/Services", CREATE, http)

    with pytest.raises(NotYet, match="生产订单不存在"):
        service.do(KNOWN, [{"m_mO": {"m_code": "MO-9"}}], writes=True)


def test_an_unknown_organisation_is_a_matter_of_settings(running, http):
    service = DoService(f"{running.url}/U9C/Services", QUERY, http)

    with pytest.raises(Misconfigured, match="organisations"):
        service.do(KNOWN | {"OrgID": 5}, [{"m_iD": 900}], writes=False)


def test_a_service_that_is_not_deployed_is_a_matter_of_settings(running, http):
    with pytest.raises(Misconfigured, match="deployed"):
        DoService(f"{running.url}/U9C/Services", "UFIDA.U9.Cust.INothing", http)


@pytest.mark.parametrize("fault", ["http_500", "html_page", "lost_answer_after_write"])
def test_silence_after_a_write_is_an_unknown_outcome(running, http, fault):
    service = DoService(f"{running.url}/U9C/Services", MODIFY, http)
    running.simulator.faults[fault] = 1

    with pytest.raises(Unreachable) as told:
        service.do(KNOWN, [{"m_iD": 900, "m_descFlexField": {"m_privateDescSeg1": "x"}}], writes=True)

    assert told.value.sent


def test_a_busy_server_has_not_written(running, http):
    service = DoService(f"{running.url}/U9C/Services", MODIFY, http)
    running.simulator.faults["http_503"] = 1

    with pytest.raises(Unreachable) as told:
        service.do(KNOWN, [{"m_iD": 900}], writes=True)

    assert not told.value.sent
    assert running.simulator.ledger.writes == []
