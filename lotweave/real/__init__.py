"""`make real`: the same job on Tryton, an ERP that nobody here wrote, joined by configuration alone."""
