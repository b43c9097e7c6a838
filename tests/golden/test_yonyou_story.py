"""What the simulated U9 sends of the whole demo story passes through the mappings, document by document."""

from collections import Counter
from zoneinfo import ZoneInfo

from connectors.kit import exact_json
from connectors.kit.manifest import front_door, manifest, typed
from connectors.kit.simulator import Running
from lotweave.demo.story import story
from lotweave.demo.yonyou_data import data
from mappings.engine.apply import read_mapper
from mappings.engine.load import mapping_path
from trace_core.documents.envelope import read_document

CHINA = ZoneInfo("Asia/Shanghai")


def mapped(kind, document):
    path = mapping_path("yonyou", kind)
    assert path is not None
    mapper = read_mapper(path, "yonyou")
    outcome = mapper.apply(document, zone=CHINA, plant="SU", connection="su")
    assert outcome.problems == []
    assert mapper.unlisted(document) == set()
    return [{"kind": one.kind, "plant": "SU", "key": one.key, "revision": 1, "body": one.body} for one in outcome.documents]


def test_the_whole_story_passes_through_the_wire_and_the_mappings():
    man, counted = manifest("yonyou"), Counter()
    with Running(front_door(man.simulator)(data(story()))) as server:
        given = {"url": server.url, "client_id": "lotweave", "client_secret": "demo-secret", "user": "trace", "organisations": ["10"]}
        u9 = front_door(man.entry)(typed(man, given, "su"), connection="su", zone="Asia/Shanghai")
        for kind in (name for name, one in man.kinds.items() if one.read):
            for document in (document for page in u9.pull(kind, None) for document in page.documents):
                counted.update(read_document(told).kind for told in mapped(kind, exact_json.loads(document.payload)))
        u9.close()

    half = story().su
    assert counted["item"] == len(half.items)
    assert counted["lot"] == len(half.lots)
    assert counted["pack"] == len(half.packings)
    moves = [half.receipts, half.issues, half.feeds, half.returns, half.productions, half.transfers, half.shipments]
    assert counted["movement"] == sum(map(len, moves))
    assert counted["operation"] == len(half.reports) + len(half.orders)
