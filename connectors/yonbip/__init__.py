"""Yonyou YonBIP 旗舰版 and YonSuite: the open platform's gateway, over HTTPS and JSON; the manifest says where its code begins."""
