"""NC Cloud's words decide, because one code stands for everything."""

import pytest

from connectors.nccloud.faults import EXPIRED, verdict
from trace_core.errors import Conflict, Misconfigured, Rejected, Unreachable


@pytest.mark.parametrize(
    ("words", "kind", "short"),
    [
        ("无效的账套编码，请检查/Invalid NCCloud busiCenter", Misconfigured, "biz_center"),
        ("Third-party applications are not registered", Misconfigured, "client"),
        ("解密失败Decryption error", Misconfigured, "padding"),
        ("Failed to verify signature for get token", Misconfigured, "signature"),
        ("第三方应用【x】没有【/nccloud/api/a/b/c】的权限", Misconfigured, "no_permission"),
        ("The access_token has expired", Misconfigured, "token"),
        ("busi_id[1]重复提交", Conflict, "duplicate"),
        ("数据被他人锁定，请稍后重试", Unreachable, "locked"),
        ("物料不存在", Rejected, "refused"),
    ],
)
def test_each_text_has_one_verdict(words, kind, short):
    told = verdict("1000000010", words, "x")

    assert (type(told), told.code) == (kind, short)


def test_an_expired_token_is_told_by_its_words():
    assert EXPIRED.search("The access_token has expired")
    assert not EXPIRED.search("Failed to verify signature")


def test_a_write_that_timed_out_may_have_been_done_and_a_locked_one_was_not():
    assert verdict("", "操作超时", "x", writes=True).sent
    assert not verdict("", "数据被他人锁定", "x", writes=True).sent
