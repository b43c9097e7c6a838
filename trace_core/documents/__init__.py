"""Canonical documents: what every mapping produces and every loader accepts (contract section 2)."""
