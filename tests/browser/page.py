"""The playground as a person meets it: what is shown, pressed and typed."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

PATIENCE_SECONDS = 30
POLL_SECONDS = 0.02
ASKED_FOR = ("the server responded with a status of", "ERR_BLOCKED_BY_CLIENT")


class Page:
    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, address: str, fragment: str = "") -> None:
        self.driver.get(f"{address}/{fragment}")

    def leave(self) -> None:
        self.driver.get("about:blank")

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        return self.find(selector).text

    def click(self, selector: str) -> None:
        self.find(selector).click()

    def button(self, step: str) -> WebElement:
        return self.find(f'[data-step="{step}"]')

    def is_pressed(self, step: str) -> bool:
        return self.button(step).get_attribute("aria-pressed") == "true"

    @property
    def chain(self) -> str:
        return str(self.find("#chain").get_property("value"))

    def type_chain(self, text: str) -> None:
        area = self.find("#chain")
        area.clear()
        area.send_keys(text, Keys.ENTER)

    @property
    def links(self) -> list[str]:
        return [each.text for each in self.driver.find_elements(By.CSS_SELECTOR, ".code")]

    @property
    def facts(self) -> dict[str, str]:
        pairs = "[...document.querySelectorAll('#facts > div')].map(div => [...div.children].map(e => e.textContent))"
        return dict(self.driver.execute_script(f"return {pairs}"))

    @property
    def state(self) -> str:
        return str(self.find("#result-figure").get_attribute("data-state"))

    def wait_for(self, state: str, *, seconds: float = PATIENCE_SECONDS) -> None:
        self.wait(lambda: self.state == state, seconds=seconds)

    def wait(self, condition: Callable[[], bool], *, seconds: float = PATIENCE_SECONDS) -> None:
        WebDriverWait(self.driver, seconds, POLL_SECONDS).until(lambda _: condition())

    def press(self, *keys: str) -> None:
        # As a keyboard does, one by one: sent to an element, keys do not follow the focus.
        for key in keys:
            ActionChains(self.driver, duration=0).send_keys(key).perform()

    def focused(self) -> str:
        script = "const e = document.activeElement; return e.dataset.step ?? (e.id || e.value || e.textContent)"
        return str(self.driver.execute_script(script))

    def resize(self, width: int, height: int, *, scheme: str = "light") -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    @contextlib.contextmanager
    def cut_off(self, pattern: str) -> Iterator[None]:
        """Requests to addresses like ``pattern`` meet no server."""
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": [pattern]})
        try:
            yield
        finally:
            self.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})

    def overflow(self) -> int:
        """Pixels that the page is wider than the window."""
        root = "document.documentElement"
        return int(self.driver.execute_script(f"return {root}.scrollWidth - {root}.clientWidth"))

    def forget(self) -> None:
        self.driver.get_log("browser")

    def complaints(self) -> list[str]:
        """Console errors, but those about answers that a test asked for: Chromium logs every refused picture."""
        entries = self.driver.get_log("browser")
        return [
            entry["message"]
            for entry in entries
            if entry["level"] == "SEVERE" and not any(expected in entry["message"] for expected in ASKED_FOR)
        ]
