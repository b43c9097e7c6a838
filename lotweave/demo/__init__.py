"""The demonstration: a real product, two plants, two ERPs, one trace."""
