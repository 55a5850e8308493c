"""The desks as an installed app: what a browser asks before it offers to install is there."""

import json

import pytest

pytestmark = pytest.mark.usefixtures("light")


def test_a_browser_offers_to_install_the_desks_and_opens_them_under_diem(carried):
    asked = carried.page.context.new_cdp_session(carried.page)
    asked.send("Page.enable")
    told = asked.send("Page.getAppManifest")
    assert told["errors"] == []
    manifest = json.loads(told["data"])
    assert (manifest["display"], manifest["scope"]) == ("standalone", "/diem/")
    assert manifest["start_url"].startswith("/diem/")
    assert {icon["sizes"] for icon in manifest["icons"] if icon["purpose"] == "maskable"} == {"192x192", "512x512"}
    assert asked.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
