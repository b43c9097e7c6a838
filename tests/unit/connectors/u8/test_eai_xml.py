"""EAI's XML: what is sent, what is read, and what is not."""

import pytest
from lxml import etree

from connectors.u8.eai_xml import documents, items, parsed, query_request, write_request

HOW = {"sender": "222", "encoding": "utf-8", "max_items": 20000}
REPLY = (
    '<ufinterface roottag="return"><item key="MES-1" succeed="0" dsc="成功" u8key="77"/>'
    '<item key="MES-2" succeed="-1" dsc="失败"/></ufinterface>'
)


def test_a_write_has_the_attributes_and_parts_that_public_clients_send():
    document = {"code": "MES-1", "warehousecode": "01", "entry": [{"inventorycode": "RM-01", "quantity": "24", "serial": "L1"}]}

    made = etree.fromstring(write_request("storeout", document, **HOW))

    assert dict(made.attrib) == {
        "sender": "222",
        "receiver": "u8",
        "roottag": "storeout",
        "docid": "",
        "proc": "add",
        "codeexchanged": "N",
        "exportneedexch": "N",
        "paginate": "0",
        "maxdataitems": "20000",
        "bignoreextenduserdefines": "y",
    }
    assert made.findtext("storeout/header/code") == "MES-1"
    assert made.findtext("storeout/body/entry/serial") == "L1"


def test_a_query_joins_its_conditions():
    made = etree.fromstring(query_request("department", [("cDepCode", "=", "1"), ("dDate", ">=", "2026-03-01")], **HOW))

    told = [dict(one.attrib) for one in made.iter("field")]
    assert told[0] == {"name": "cDepCode", "operation": "=", "value": "1", "logic": "and"}
    assert told[1]["logic"] == ""
    assert made.get("proc") == "Query"


def test_zero_is_success_and_anything_else_is_not():
    found = items(parsed(REPLY.encode()))

    assert [(item.key, item.good, item.number, item.words) for item in found] == [
        ("MES-1", True, "77", "成功"),
        ("MES-2", False, "", "失败"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        REPLY.encode(),
        REPLY.encode("gb18030"),
        b'<?xml version="1.0" encoding="gb2312"?>' + REPLY.encode("gb18030"),
        b'<?xml version="1.0" encoding="utf-8"?>\n' + REPLY.encode("gb18030"),
        b"\xef\xbb\xbf" + REPLY.encode(),
    ],
)
def test_a_reply_is_read_in_the_encoding_it_has(content):
    assert items(parsed(content))[0].words == "成功"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not xml",
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><ufinterface>&e;</ufinterface>',
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><ufinterface>&b;</ufinterface>',
    ],
)
def test_what_is_no_xml_or_has_a_document_type_is_refused(content):
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the parser says
        parsed(content)


def test_a_document_is_its_head_and_its_lines():
    bill = "<header><code>1</code><define1/></header><body><entry><serial>L1</serial></entry></body>"
    told = f"<ufinterface><storein>{bill}</storein></ufinterface>"

    assert list(documents(parsed(told.encode()), "storein")) == [{"code": "1", "define1": "", "entry": [{"serial": "L1"}]}]
