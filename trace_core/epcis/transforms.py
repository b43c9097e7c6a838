"""What a TransformationEvent is: a repair of a thing that stays itself, a split or merge of one item's lots, or an operation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from trace_core.documents.fields import time_text
from trace_core.epcis.lines import Line
from trace_core.epcis.model import EpcisEvent
from trace_core.epcis.things import OWN, OWN_STEP

Told = dict[str, Any]
_SAME_ITEM_STEPS = frozenset({"repackaging"})


def transformed(
    event: EpcisEvent,
    plant: str,
    *,
    inputs: Sequence[Line],
    outputs: Sequence[Line],
    about: Mapping[str, Any],
    ways: Callable[[], Told],
) -> Iterator[tuple[str, Told]]:
    """The documents of a transformation without transformationID. `about` has order, operation, equipment and people."""
    at = time_text(event.at)
    renamed = _renamed(event)
    if renamed is not None and len(inputs) == len(outputs) == 1:
        found = {name: about[name] for name in ("operation", "equipment") if name in about}
        found |= {"person": about["people"][0]} if about.get("people") else {}
        other = outputs[0].told(plant)
        yield "movement", {"type": renamed, "at": at, **inputs[0].measured(plant), **found, **ways(), "other": other}
        return
    if event.biz_step in _SAME_ITEM_STEPS and _one_item([*inputs, *outputs]) and 1 in (len(inputs), len(outputs)):
        yield from _lots(at, plant, inputs, outputs)
        return
    same = [line for line in outputs if any(line.thing == one.thing for one in inputs)]
    if len(same) == 1 and not event.extensions.get(f"{OWN}report"):
        yield "repair", _repaired(same[0], at, plant, inputs, outputs, about)
        return
    kept = inputs if event.extensions.get(f"{OWN}report") else _without(inputs, same)
    yield "operation", _operation(event, at, plant, kept, outputs, about)


def _renamed(event: EpcisEvent) -> str | None:
    """Our own steps for a lot that goes on under another number."""
    step = (event.biz_step or "").removeprefix(OWN_STEP)
    return step if (event.biz_step or "").startswith(OWN_STEP) and step in {"rename", "split", "merge"} else None


def _one_item(lines: Sequence[Line]) -> bool:
    lots = all(line.thing.kind == "lot" and line.quantity is not None for line in lines)
    return lots and len({line.thing.item for line in lines}) == 1


def _lots(at: str, plant: str, inputs: Sequence[Line], outputs: Sequence[Line]) -> Iterator[tuple[str, Told]]:
    if len(inputs) == 1:
        for line in outputs:
            measure = {name: value for name, value in line.measured(plant).items() if name != "thing"}
            yield "movement", {"type": "split", "at": at, "thing": inputs[0].told(plant), **measure, "other": line.told(plant)}
    else:
        for line in inputs:
            yield "movement", {"type": "merge", "at": at, **line.measured(plant), "other": outputs[0].told(plant)}


def _repaired(thing: Line, at: str, plant: str, inputs: Sequence[Line], outputs: Sequence[Line], about: Mapping[str, Any]) -> Told:
    told: Told = {"thing": thing.told(plant), "at": at}
    told["installed"] = [line.measured(plant) for line in _without(inputs, [thing])]
    told["removed"] = [line.measured(plant) for line in _without(outputs, [thing])]
    told |= {"order": about["order"]} if about["own_order"] else {}
    told |= {"equipment": about["equipment"]} if "equipment" in about else {}
    return told | ({"person": about["people"][0]} if about.get("people") else {})


def _operation(event: EpcisEvent, at: str, plant: str, inputs: Sequence[Line], outputs: Sequence[Line], about: Mapping[str, Any]) -> Told:
    told: Told = {"order": about["order"], "operation": about.get("operation") or event.biz_step or "transformation", "at": at}
    told |= {name: about[name] for name in ("equipment", "people") if name in about}
    for name in ("started_at", "good", "rework", "scrap"):
        value = event.extensions.get(f"{OWN}{name}")
        told |= {name: str(value)} if value is not None else {}
    told["inputs"] = [line.measured(plant) for line in inputs]
    told["outputs"] = [line.measured(plant) for line in outputs]
    return told


def _without(lines: Sequence[Line], taken: Sequence[Line]) -> list[Line]:
    things = {line.thing for line in taken}
    return [line for line in lines if line.thing not in things]
