"""Yonyou U8 and U8+: the OpenAPI relay in JSON or EAI in XML, over the same documents; the manifest says where its code begins."""
