"""The words of the Core Business Vocabulary 2.0 and their spellings: bare, compact, as URN of version 1 and as URI of version 2.

Inside, a word of the vocabulary is bare (`shipping`), anything else is the URI that was given. Source: CBV 2.0, sections 7.1 to 7.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CBV = "https://ref.gs1.org/cbv/"
VOC = "https://gs1.org/voc/"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One list of words. `bare` words become `{base}{prefix}{word}`; `urn` is the prefix of version 1, empty where there was none."""

    what: str
    words: frozenset[str]
    prefix: str
    urn: str = ""
    base: str = CBV
    closed: bool = True

    def word(self, text: str) -> str | None:
        """The bare word, or the URI as given when it is of another vocabulary; None when it is neither."""
        for start in self._starts():
            if text.startswith(start):
                word = text[len(start) :]
                if word in self.words:
                    return word
                return None if self.closed else f"{self.base}{self.prefix}{word}"
        if text in self.words:
            return text
        return text if ":" in text else None

    def uri(self, word: str) -> str:
        """The URI of a word; a URI stays as it is."""
        return f"{self.base}{self.prefix}{word}" if word in self.words else word

    def old(self, word: str) -> str:
        """The URN of version 1 of a word; where there was none, its URI."""
        return f"{self.urn}{word}" if self.urn and word in self.words else self.uri(word)

    def _starts(self) -> tuple[str, ...]:
        compact = "cbv:" if self.base == CBV else "gs1:"
        old = ("https://ref.gs1.org/voc/",) if self.base == VOC else ()
        starts = (f"{self.base}{self.prefix}", f"{compact}{self.prefix}", *(f"{one}{self.prefix}" for one in old))
        return (*starts, self.urn) if self.urn else starts


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BIZ_STEP = Vocabulary(
    "business step",
    _words(
        "accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting decommissioning departing"
        " destroying disassembling dispensing encoding entering_exiting holding inspecting installing killing loading other packing picking"
        " receiving removing repackaging repairing replacing reserving retail_selling sampling sensor_reporting shipping staging_outbound"
        " stock_taking stocking storing transporting unloading unpacking void_shipping"
    ),
    "BizStep-",
    "urn:epcglobal:cbv:bizstep:",
)
DISPOSITION = Vocabulary(
    "disposition",
    _words(
        "active available completeness_inferred completeness_verified conformant container_closed container_open damaged destroyed"
        " dispensed disposed encoded expired in_progress in_transit inactive mismatch_class mismatch_instance mismatch_quantity"
        " needs_replacement no_pedigree_match non_conformant non_sellable_other partially_dispensed recalled reserved retail_sold returned"
        " sellable_accessible sellable_not_accessible stolen unavailable unknown"
    ),
    "Disp-",
    "urn:epcglobal:cbv:disp:",
)
TRANSACTION = Vocabulary(
    "transaction type",
    _words("bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt"),
    "BTT-",
    "urn:epcglobal:cbv:btt:",
    closed=False,
)
PARTY = Vocabulary(
    "source or destination type",
    _words("location owning_party possessing_party"),
    "SDT-",
    "urn:epcglobal:cbv:sdt:",
    closed=False,
)
REASON = Vocabulary("error reason", _words("did_not_occur incorrect_data"), "ER-", "urn:epcglobal:cbv:er:")
COMPONENT = Vocabulary(
    "component",
    _words("x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting northing latitude longitude altitude"),
    "Comp-",
    closed=False,
)
ALERT = Vocabulary("sensor alert", _words("ALARM_CONDITION ERROR_CONDITION"), "", base=VOC, closed=False)
MEASUREMENT = Vocabulary(
    "measurement type",
    _words(
        "AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance AmountOfSubstancePerUnitVolume Angle"
        " AngularAcceleration AngularMomentum AngularVelocity Area Capacitance Conductance Conductivity Count Density Dimensionless"
        " DoseEquivalent DoseEquivalentRate DynamicViscosity EffectiveDose EffectiveDoseRate ElectricCharge ElectricCurrent"
        " ElectricCurrentDensity ElectricFieldStrength Energy Exposure Force Frequency Illuminance Inductance Irradiance"
        " KinematicViscosity Length LinearMomentum Luminance LuminousFlux LuminousIntensity MagneticFlux MagneticFluxDensity"
        " MagneticVectorPotential Mass MassConcentration MassFlowRate MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy"
        " MolarMass MolarVolume Power Pressure RadiantFlux RadiantIntensity Radioactivity RelativeHumidity Resistance Resistivity"
        " SolidAngle SpecificVolume Speed SurfaceDensity SurfaceTension Temperature Time Torque Voltage Volume VolumeFlowRate"
        " VolumeFraction VolumetricFlux Wavenumber"
    ),
    "",
    base=VOC,
    closed=False,
)

PREFIXES: Mapping[str, str] = {
    "epcis": "https://ref.gs1.org/epcis/",
    "cbv": CBV,
    "cbvmda": "urn:epcglobal:cbv:mda:",
    "gs1": VOC,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
}
"""Prefixes that the EPCIS context declares for everybody."""

COMMENT = "{http://www.w3.org/2000/01/rdf-schema#}comment"
