"""XChange: the request that public samples show, and replies read with care."""

import pytest
from lxml import etree

from connectors.nccloud.xchange import reply, request

GOOD = (
    '<ufinterface successful="Y"><sendresult><resultcode>1</resultcode><resultdescription>导入成功</resultdescription>'
    "<content>1001A1</content></sendresult></ufinterface>"
)


def test_a_request_has_the_attributes_of_public_samples():
    document = {"cgeneralhid": "1", "body": [{"vbatchcode": "L1"}, {"vbatchcode": "L2"}]}

    made = etree.fromstring(request(document, root="bill", account="01", billtype="46", receiver="O1", key="fg-1"))

    assert dict(made.attrib) == {
        "account": "01",
        "billtype": "46",
        "sender": "lotweave",
        "receiver": "O1",
        "proc": "add",
        "replace": "Y",
        "isexchange": "Y",
        "filename": "fg-1.xml",
        "roottag": "",
    }
    assert [one.text for one in made.iter("vbatchcode")] == ["L1", "L2"]


@pytest.mark.parametrize(
    ("content", "good", "key"),
    [
        (GOOD, True, "1001A1"),
        (GOOD.replace("<resultcode>1<", "<resultcode>-1<"), False, "1001A1"),
        (GOOD.replace('successful="Y"', 'successful="N"'), False, "1001A1"),
        (GOOD.replace(' successful="Y"', ""), True, "1001A1"),
    ],
)
def test_both_marks_must_be_good(content, good, key):
    told = reply(content.encode())

    assert (told.good, told.key, told.words) == (good, key, "导入成功")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html/>",
        b'<ufinterface successful="Y"/>',
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><ufinterface><sendresult><content>&e;</content></sendresult></ufinterface>',
    ],
)
def test_what_is_no_reply_is_refused(content):
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the parser says
        reply(content)
