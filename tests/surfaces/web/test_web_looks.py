"""The shared frame in a real browser: no axe violation, nothing wider than a small phone, nothing the policy blocks."""

import browser


def test_an_error_page_is_accessible_folds_on_a_small_phone_and_breaks_no_policy(committed):
    with browser.serving() as server, browser.chromium() as chrome:
        for width in (360, 1280):
            page = chrome.new_page(width=width)
            said: list[str] = []
            page.on("console", lambda message, said=said: said.append(message.text) if "Policy" in message.text else None)
            answer = page.goto(f"{server}/khong-co-trang-nay")
            assert answer.status == 404
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('700 16px \"Be Vietnam Pro\"'))")
            assert browser.axe(page) == []
            assert browser.overflow(page, 320) == 0
            assert said == []
