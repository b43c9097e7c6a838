"""EPCIS 2.0, in and out: reading and judging others' events, their hash, what they mean as genealogy, and our own events told as EPCIS.

Pure: bytes and documents in, values out. HTTP and the tables that keep captured events lie above.
Source: GS1 EPCIS 2.0 and CBV 2.0; ADR 0012.
"""
