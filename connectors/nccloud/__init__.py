"""Yonyou NC Cloud / YonBIP 高级版: REST resources and XChange, on the customer's own server; the manifest says where its code begins."""
