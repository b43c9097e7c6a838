"""The demonstration's site: two plants, three connections, secrets in files of their own."""

from __future__ import annotations

import shutil
from pathlib import Path

from lotweave.settings import STATE, Site, read_site
from trace_core.errors import Misconfigured

SETTINGS = """\
# The demonstration: Hangzhou (HZ) runs Kingdee Cloud Galaxy, Suzhou (SU) runs Yonyou U9.

[site]
name = "demo"

[plants.HZ]
name = "杭州工厂 Hangzhou"
zone = "Asia/Shanghai"

[plants.SU]
name = "苏州工厂 Suzhou"
zone = "Asia/Shanghai"

# masters over a session, everything else with signed headers: both ways in are shown
[connections.hz-masters]
plant = "HZ"
system = "kingdee"
kinds = ["BD_MATERIAL", "BD_Supplier", "BD_Customer", "ENG_BOM"]
[connections.hz-masters.settings]
mode = "session"
url = "{hz}/k3cloud/"
acct_id = "65f0c0ffee0001"
user = "simuser"
app_id = "100001_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY"
app_secret = "file:secrets/hz-app"

[connections.hz-kingdee]
plant = "HZ"
system = "kingdee"
kinds = {kinds}
[connections.hz-kingdee.settings]
mode = "signed"
url = "{hz}/k3cloud/"
acct_id = "65f0c0ffee0001"
user = "simuser"
app_id = "100001_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY"
app_secret = "file:secrets/hz-app"

[connections.su-u9]
plant = "SU"
system = "yonyou"
[connections.su-u9.settings]
url = "{su}/U9C"
client_id = "lotweave"
client_secret = "file:secrets/su-client"
user = "trace"
organisations = ["10"]
"""
MASTERS = ("BD_MATERIAL", "BD_Supplier", "BD_Customer", "ENG_BOM")
SECRETS = {"hz-app": "0123456789abcdef0123456789abcdef", "su-client": "demo-secret"}
"""Of the simulators; they open nothing else."""
MARK = ".lotweave-demo"
"""A folder with this file was made by the demonstration and may be made anew."""


def make_site(folder: Path, *, hz: str, su: str) -> Site:
    """Make the site anew. Errors: `Misconfigured` when the folder holds something that the demonstration did not make."""
    from connectors.kit.manifest import manifest

    clear(folder)
    (folder / "secrets").mkdir(parents=True)
    (folder / MARK).touch()
    for name in ("mappings", "codes"):
        (folder / name).mkdir()
    for name, value in SECRETS.items():
        path = folder / "secrets" / name
        path.touch(mode=0o600)
        path.write_text(value, "utf-8")
    kinds = [name for name, kind in manifest("kingdee").kinds.items() if kind.read and name not in MASTERS]
    (folder / "lotweave.toml").write_text(SETTINGS.format(hz=hz, su=su, kinds=str(kinds).replace("'", '"')), "utf-8")
    (folder / ".gitignore").write_text(f"{STATE}/\nsecrets/\n", "utf-8")
    return read_site(folder)


def clear(folder: Path) -> None:
    """Remove what an earlier demonstration left. Errors: `Misconfigured` when the folder is not the demonstration's."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).is_file():
            raise Misconfigured(f"{folder} exists and was not made by the demonstration: move it away", code="exists")
        shutil.rmtree(folder)
