"""It turns every reply of U9 into one of the five verdicts."""

from pathlib import Path

import pytest
from lxml import etree
from zeep.exceptions import Fault

from connectors.yonyou.faults import RESCODES, of_rescode, of_row, of_soap, row_result, soap_words
from trace_core.errors import Misconfigured, NotYet, Rejected, Unreachable

RECORDED = Path(__file__).parents[4] / "connectors" / "yonyou" / "recordings" / "service_exception.xml"
DETAIL = """<detail><ServiceException xmlns="http://schemas.datacontract.org/2004/07/UFSoft.UBF.Service"><InnerExceptions>
<Exception><Message>{}</Message></Exception></InnerExceptions></ServiceException></detail>"""


def fault(words: str) -> Fault:
    return Fault(words, detail=etree.fromstring(DETAIL.format(words)))


@pytest.mark.parametrize("code", sorted(RESCODES))
def test_every_code_of_the_manual_has_a_verdict_with_a_sentence(code):
    told = of_rescode(code, "", "MODoc/Query")

    assert told.code == f"rescode_{code}"
    assert "MODoc/Query" in told.message


def test_a_code_outside_the_manual_is_tried_again_later():
    assert isinstance(of_rescode(999, "?", "MODoc/Query"), Unreachable)


def test_a_server_error_leaves_a_write_unknown_and_a_dead_token_does_not():
    assert of_rescode(500, "", "LotMaster/Create", writes=True).sent
    assert not of_rescode(402, "", "LotMaster/Create", writes=True).sent


@pytest.mark.parametrize("flag", ["IsSucess", "IsSuccess", "IsSucceed", "m_isSucess", "m_isSuccess", "OperateResult", "isSucess"])
def test_it_knows_every_spelling_of_a_row_result(flag):
    good, bad = row_result({flag: True, "Code": "A"}), row_result({flag: False, "ErrorMsg": "不行"})

    assert good.ok
    assert not bad.ok
    assert bad.words == "不行"


def test_a_row_without_a_result_is_data():
    assert row_result({"m_docNo": "MO-1"}) is None
    assert row_result("text") is None


def test_a_row_that_names_something_missing_waits_for_it():
    assert isinstance(of_row(row_result({"IsSucess": False, "ErrorMsg": "生产订单[MO-9]不存在"}), "row 1"), NotYet)
    assert isinstance(of_row(row_result({"IsSucess": False, "ErrorMsg": "单据被锁定"}), "row 1"), Rejected)


def test_it_finds_u9s_words_in_a_recorded_fault():
    told = etree.parse(RECORDED).getroot()
    (detail,) = told.iter("detail")

    assert soap_words(Fault("", detail=detail)) == "生产订单不存在"


def test_it_takes_the_words_of_a_soap_fault_without_the_exception_class():
    assert soap_words(fault("BusinessException:生产订单不存在")) == "生产订单不存在"
    assert soap_words(Fault("UFSoft.UBF.BusinessException: 数量超出")) == "数量超出"


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("BusinessException:数量超出", Rejected),
        ("EntityNotExistException:批号", NotYet),
        ("AttrsContainerException:上下文 context 缺少 OrgID", Misconfigured),
        ("ServiceLostException:x", Unreachable),
    ],
)
def test_it_tells_soap_faults_apart(words, verdict):
    assert isinstance(of_soap(fault(words), "ILotSV"), verdict)
