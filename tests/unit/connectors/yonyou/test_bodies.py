"""It fetches documents in batches, and one that U9 fails on does not take the others with it."""

import json

import pytest
import responses

from connectors.yonyou.bodies import Organisation
from connectors.yonyou.client import WebApi
from connectors.yonyou.kinds import PLANS
from connectors.yonyou.lots import LotService
from connectors.yonyou.settings import U9Settings
from trace_core.errors import Unreachable

ROWS = [{"ID": number, "ModifiedOn": "2026-01-05 08:00:00.000"} for number in (1, 2, 3)]


class Server:
    """Answers IssueDoc/Query; the whole call fails with ResCode 500 when a key in it is one of `poison`."""

    def __init__(self, settings: U9Settings, wire: responses.RequestsMock) -> None:
        self.poison: set[int] = set()
        self.gone: set[int] = set()
        self.asked: list[list[int]] = []
        wire.get(f"{settings.base}/OAuth2/AuthLogin", json={"ResCode": 0, "Data": "t"})
        wire.add_callback("POST", f"{settings.base}/IssueDoc/Query", self.answer)
        api = WebApi(settings)
        self.organisation = Organisation("10", api, LotService(settings, api.http), settings)

    def answer(self, request):
        numbers = [key["ID"] for key in json.loads(request.body)]
        self.asked.append(numbers)
        if self.poison & set(numbers):
            return 200, {}, json.dumps({"ResCode": 500, "ResMsg": "未将对象引用设置到对象的实例"})
        return 200, {}, json.dumps({"ResCode": 0, "Data": [{"m_iD": number} for number in numbers if number not in self.gone]})

    def whole(self) -> list:
        return [told for _, told in self.organisation.whole(PLANS["IssueDoc"], ROWS)]


@pytest.fixture
def server(settings: U9Settings):
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        yield Server(settings, wire)


def test_it_asks_for_a_batch_in_one_call(server):
    assert [told["m_iD"] for told in server.whole()] == [1, 2, 3]
    assert server.asked == [[1, 2, 3]]


def test_a_poisonous_document_comes_with_u9s_words_and_the_others_come_whole(server):
    server.poison = {2}

    one, two, three = server.whole()

    assert (one, three) == ({"m_iD": 1}, {"m_iD": 3})
    assert "未将对象引用" in two["ErrorMsg"]


def test_a_server_that_fails_on_everything_is_unreachable(server):
    server.poison = {1, 2, 3}

    with pytest.raises(Unreachable):
        server.whole()


def test_a_document_that_went_since_it_was_listed_is_left_out(server):
    server.gone = {3}

    assert [told["m_iD"] for told in server.whole()] == [1, 2]
