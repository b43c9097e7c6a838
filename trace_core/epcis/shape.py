"""What an event of each type may and must say: one table, shared by both bindings, by checking and by writing.

Names are those of the JSON-LD binding. Source: EPCIS 2.0, section 7.4; JSON schema of the standard.
"""

from __future__ import annotations

from collections.abc import Mapping

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
EVERY = ("type", "eventTime", "eventTimeZoneOffset", "recordTime", "eventID", "certificationInfo", "errorDeclaration")
WHY = (
    "bizStep",
    "disposition",
    "readPoint",
    "bizLocation",
    "bizTransactionList",
    "sourceList",
    "destinationList",
    "sensorElementList",
)
_OWN: Mapping[str, tuple[str, ...]] = {
    "ObjectEvent": ("action", "epcList", "quantityList", "persistentDisposition", "ilmd"),
    "AggregationEvent": ("action", "parentID", "childEPCs", "childQuantityList"),
    "TransactionEvent": ("action", "parentID", "epcList", "quantityList"),
    "TransformationEvent": (
        "inputEPCList",
        "inputQuantityList",
        "outputEPCList",
        "outputQuantityList",
        "transformationID",
        "persistentDisposition",
        "ilmd",
    ),
    "AssociationEvent": ("action", "parentID", "childEPCs", "childQuantityList"),
}
FIELDS: Mapping[str, frozenset[str]] = {name: frozenset((*EVERY, *WHY, *own)) for name, own in _OWN.items()}
LENIENT = frozenset({"persistentDisposition"})
"""Fields of two types that the XML schema and the published examples have on all of them: taken on any type."""
TYPES = tuple(FIELDS)
ACTIONS = ("ADD", "OBSERVE", "DELETE")
INSTANCES = ("epcList", "childEPCs", "inputEPCList", "outputEPCList")
CLASSES = ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList")
TYPED: Mapping[str, str] = {"bizTransactionList": "bizTransaction", "sourceList": "source", "destinationList": "destination"}
"""List → the member that holds the identifier, beside `type`."""

METADATA = ("time", "startTime", "endTime", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules")
REPORT = (
    "type",
    "exception",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
    "time",
    "microorganism",
    "chemicalSubstance",
    "value",
    "component",
    "stringValue",
    "booleanValue",
    "hexBinaryValue",
    "uriValue",
    "minValue",
    "maxValue",
    "meanValue",
    "sDev",
    "percRank",
    "percValue",
    "uom",
    "coordinateReferenceSystem",
)
NUMBERS = frozenset({"value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue"})
SENSOR_TIMES = frozenset({"time", "startTime", "endTime"})
SENSOR_URIS = frozenset(
    {"deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules", "microorganism", "chemicalSubstance", "uriValue"}
    | {"coordinateReferenceSystem"}
)

ITEMS: Mapping[str, str] = {
    **dict.fromkeys(INSTANCES, "epc"),
    **dict.fromkeys(CLASSES, "quantityElement"),
    **TYPED,
    "sensorElementList": "sensorElement",
    "correctiveEventIDs": "correctiveEventID",
}
"""List → the element that one entry is in XML."""
