"""Salt and signatures are those of the vendor's code."""

import pytest

from connectors.nccloud.signing import salt_of, signed

KEY, BODY = "demoPublicKey", '[{"code":"CNY"}]'


def test_the_salt_is_that_of_java():
    assert salt_of(KEY) == "kBFsQkavkqCwe9o/sas2Dw=="


@pytest.mark.parametrize(
    ("parts", "salted", "signature"),
    [
        (("demoapp", "demosecret"), False, "bf9c3538a63f4a1084acb819fa771b9ad7ba1ccefa8febca8959b8928c2e3de8"),
        (("demoapp", "demosecret"), True, "8603742a343be3904db7daccf8ba1c291cd176c07d257c67f3958796e7b2207b"),
        (("demoapp", BODY), False, "70171b8872a9291e8d5d8a9669481ae308611c1c5b612b22e108f2d95cfc7d4e"),
        (("demoapp", BODY), True, "1ac3887e53963f11ad4da8513fdcba98edb2958f5310fd93c4247f13add604cf"),
    ],
)
def test_signatures_of_tokens_and_calls_with_and_without_salt(parts, salted, signature):
    assert signed(*parts, pub_key=KEY, salted=salted) == signature
