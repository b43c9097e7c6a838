"""Kingdee Cloud Galaxy (金蝶云星空) over its WebAPI: sessions or signed headers, bill queries, errors inside HTTP 200."""
