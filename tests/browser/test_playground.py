"""The playground against a fake server: its states, its keyboard, its small screens, what it asks and what it shows."""

from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import Fake
from tests.browser.fake_server import PENDING_ANSWERS, REFUSAL
from tests.browser.page import Page

pytestmark = pytest.mark.browser


def test_pending_picture_is_asked_for_until_it_is_ready(page: Page, fake: Fake) -> None:
    page.open(fake.address)
    page.wait_for("pending")
    assert page.text("#waiting-text") == "Cutting out the subject…"
    assert "Pending (423)" in page.text("#waiting-note")
    page.wait_for("ready")
    assert fake.app.state.asked["e_background_removal/cat"] == PENDING_ANSWERS + 1
    assert not page.find("#waiting").is_displayed()
    assert page.find("#result").is_displayed()


def test_facts_are_those_of_the_answer(page: Page, fake: Fake) -> None:
    page.open(fake.address)
    page.wait_for("ready")
    facts = page.facts
    assert facts["Status"] == "200"
    assert facts["Format"] == "PNG"
    assert facts["Dimensions"] == "450 × 300 px"
    assert facts["Confidence"] == "93 %"
    assert facts["Cache"] == "public, max-age=2592000"
    assert facts["Time"].endswith("(asked 3×)")


def test_waiting_shows_elapsed_seconds_and_tells_them_to_no_screen_reader(page: Page, fake: Fake) -> None:
    page.open(fake.address, "#chain=stuck")
    page.wait(lambda: page.text("#elapsed") == "1 s")
    assert page.find("#elapsed").get_attribute("aria-hidden") == "true"
    assert "asks again until it is ready" in str(page.find("#status").get_property("textContent"))


def test_refusal_shows_the_servers_sentence(page: Page, fake: Fake) -> None:
    page.open(fake.address)
    page.type_chain("e_nonsense")
    page.wait_for("refused")
    assert page.text("#refusal-text") == REFUSAL
    assert "(400)" in page.text("#refusal-title")
    assert page.find("#download").get_attribute("aria-disabled") == "true"
    page.type_chain("e_grayscale")
    page.wait_for("ready")
    assert not page.find("#refusal").is_displayed()


def test_server_out_of_reach_is_said_and_asked_again(page: Page, fake: Fake) -> None:
    page.open(fake.address, "#chain=e_grayscale")
    page.wait_for("ready")
    with page.cut_off("*e_sepia*"):
        page.type_chain("e_sepia")
        page.wait_for("refused")
        assert page.text("#refusal-title") == "The server cannot be reached"
    page.click("#again")
    page.wait_for("ready")


def test_buttons_write_the_text_and_text_presses_the_buttons(page: Page, fake: Fake) -> None:
    page.open(fake.address)
    page.button("crop").click()
    page.button("grayscale").click()
    assert page.chain == "e_background_removal/c_fill,g_auto,h_400,w_400/e_grayscale"
    page.button("pad").click()
    assert not page.is_pressed("crop")
    page.type_chain("e_blur:500/e_sepia")
    assert page.is_pressed("blur")
    assert not page.is_pressed("removal")
    assert "1 component without a button stays as typed" in page.text("#chain-note")
    page.button("removal").click()
    assert page.chain == "e_background_removal/e_blur:500/e_sepia"


def test_hints_and_fine_edges_go_into_the_removal(page: Page, fake: Fake) -> None:
    page.open(fake.address)
    page.click(".many summary")
    page.click('.chip input[value="dog"]')
    page.click('.chip input[value="cat"]')
    page.click(".check input")
    assert page.chain == "e_background_removal:hints_(cat;dog);fineedges_y"
    assert "no equivalent for the hints (cat, dog); fine edges" in page.text(".link:nth-child(2) .warning")


def test_links_in_three_forms_and_html(page: Page, fake: Fake) -> None:
    page.open(fake.address, "#photo=coffee&chain=e_background_removal/f_webp")
    page.wait_for("ready")
    cloudinary, cloudimage, uploadcare, html = page.links
    photo = f"{fake.address}/demo/image/upload"
    assert cloudinary == f"{photo}/e_background_removal/f_webp/coffee"
    assert cloudimage == f"{fake.address}/v7/_demo_/coffee?bg_remove=1&force_format=webp"
    assert uploadcare == f"{fake.address}/:uuid/-/remove_bg/-/format/webp/"
    assert html == f'<img src="{cloudinary}" width="450" height="300" alt="coffee" loading="lazy">'


def test_copy_button_puts_the_address_into_the_clipboard(page: Page, fake: Fake) -> None:
    permissions = {"origin": fake.address, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    page.driver.execute_cdp_cmd("Browser.grantPermissions", permissions)
    page.open(fake.address, "#chain=e_grayscale")
    page.click('[aria-label="Copy Cloudinary URL"]')
    page.wait(lambda: page.text('[aria-label="Copy Cloudinary URL"]') == "Copied")
    copied = page.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0], arguments[0])")
    assert copied == f"{fake.address}/demo/image/upload/e_grayscale/cat"


def test_download_names_the_file_by_photo_and_format(page: Page, fake: Fake) -> None:
    page.open(fake.address, "#photo=coffee")
    page.wait_for("ready")
    download = page.find("#download")
    assert download.get_attribute("download") == "coffee.png"
    assert str(download.get_attribute("href")).startswith("blob:")


def test_address_holds_the_view_and_back_brings_it_back(page: Page, fake: Fake) -> None:
    page.open(fake.address)
    page.button("grayscale").click()
    page.click('#grounds [data-value="magenta"] input')
    page.click('#zooms [data-value="4"] input')
    address = page.driver.current_url
    assert address.endswith("#chain=e_background_removal/e_grayscale&ground=magenta&zoom=4")
    page.leave()
    page.driver.get(address)
    page.wait_for("ready")
    assert page.is_pressed("grayscale")
    assert page.find("#result-pane").get_attribute("data-ground") == "magenta"
    page.wait(lambda: page.find("#result").size["width"] == 450 * 4)


def test_back_returns_to_the_chain_before(page: Page, fake: Fake) -> None:
    page.open(fake.address)
    page.button("blur").click()
    page.driver.back()
    page.wait(lambda: page.chain == "e_background_removal")
    assert not page.is_pressed("blur")


def test_picked_photo_is_uploaded_by_the_preset_and_shown(page: Page, fake: Fake, photo: Path) -> None:
    page.open(fake.address)
    page.find("#file").send_keys(str(photo))
    page.wait(lambda: "photo=playground/fresh&version=17" in page.driver.current_url)
    assert fake.app.state.uploads == [("mine.png", "playground")]
    assert page.find('input[value="playground/fresh"]').is_selected()
    page.wait_for("ready")
    assert "/v17/playground/fresh" in page.links[0]


def test_refused_upload_says_why_and_keeps_the_photo(page: Page, fake: Fake, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a picture")
    page.open(fake.address)
    page.find("#file").send_keys(str(text))
    page.wait(lambda: "Invalid image file" in page.text("#upload-state"))
    assert page.find('input[value="cat"]').is_selected()


def test_dropped_and_pasted_photos_are_uploaded(page: Page, fake: Fake) -> None:
    page.open(fake.address)
    page.driver.execute_script("""
      for (const [type, field] of [["drop", "dataTransfer"], ["paste", "clipboardData"]]) {
        const files = new DataTransfer();
        files.items.add(new File([new Uint8Array(8)], `${type}.png`, { type: "image/png" }));
        const event = new Event(type, { bubbles: true, cancelable: true });
        Object.defineProperty(event, field, { value: files });
        document.body.dispatchEvent(event);
      }""")
    page.wait(lambda: len(fake.app.state.uploads) == 2)
    assert {name for name, _ in fake.app.state.uploads} == {"drop.png", "paste.png"}


def test_whole_page_is_worked_by_keyboard(page: Page, fake: Fake) -> None:
    page.open(fake.address)
    page.press(Keys.TAB, Keys.TAB)
    assert page.focused() == "cat"
    page.press(Keys.ARROW_RIGHT)
    page.wait(lambda: "photo=coffee" in page.driver.current_url)
    page.press(Keys.TAB)
    assert page.focused() == "file"
    page.press(Keys.TAB)
    assert page.focused() == "removal"
    page.press(Keys.SPACE)
    assert not page.is_pressed("removal")
    page.press(Keys.TAB, Keys.ENTER)
    assert page.is_pressed("shadow")
    assert page.focused() == "shadow"
    outline = page.driver.execute_script("return getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"


def test_skip_button_leads_to_the_result_and_keeps_the_address(page: Page, fake: Fake) -> None:
    page.open(fake.address, "#chain=e_blur")
    page.press(Keys.TAB, Keys.ENTER)
    assert page.focused() == "result-heading"
    assert page.driver.current_url.endswith("#chain=e_blur")


def test_every_control_has_a_name(page: Page, fake: Fake) -> None:
    page.open(fake.address, "#chain=e_background_removal/e_dropshadow/e_blur/c_fill,g_auto,h_9,w_9/b_white/r_9")
    unnamed = page.driver.execute_script("""
      return [...document.querySelectorAll("button, a[href], input, textarea, progress, [role=region], fieldset")]
        .filter((e) => !e.labels?.length && !e.getAttribute("aria-label") && !e.textContent.trim())
        .map((e) => e.outerHTML)""")
    assert unnamed == []


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_page_never_scrolls_sideways(page: Page, fake: Fake, width: int) -> None:
    page.resize(width, 640)
    page.open(
        fake.address,
        "#chain=e_background_removal:hints_(cat)/e_dropshadow/b_white,c_pad,h_400,w_400/r_40&ground=custom&zoom=8",
    )
    page.wait_for("ready")
    assert page.overflow() == 0


def test_phone_keeps_the_state_in_sight_and_leads_to_the_result(page: Page, fake: Fake) -> None:
    page.resize(320, 640)
    page.open(fake.address)
    page.wait(lambda: page.text(".follow").startswith("Result ready"))
    page.click(".follow")
    page.wait(lambda: not page.find(".follow").is_displayed())
    assert page.focused() == "result-heading"


def test_zoomed_panes_move_together(page: Page, fake: Fake) -> None:
    page.open(fake.address, "#zoom=4")
    page.wait_for("ready")
    page.wait(lambda: page.find("#result").size["width"] == 450 * 4)
    page.driver.execute_script("document.getElementById('result-pane').scrollTo(900, 500)")
    script = "const pane = document.getElementById('original-pane'); return [pane.scrollLeft, pane.scrollTop]"
    page.wait(lambda: page.driver.execute_script(script) == [900, 500])


@pytest.mark.parametrize(("scheme", "ink"), [("light", "rgb(27, 30, 34)"), ("dark", "rgb(236, 234, 230)")])
def test_page_follows_the_color_scheme(page: Page, fake: Fake, scheme: str, ink: str) -> None:
    page.resize(1280, 900, scheme=scheme)
    page.open(fake.address)
    assert page.driver.execute_script("return getComputedStyle(document.body).color") == ink


def test_nothing_but_this_server_is_asked(page: Page, fake: Fake) -> None:
    page.open(fake.address)
    page.wait_for("ready")
    asked = page.driver.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    foreign = [name for name in asked if not name.startswith((fake.address, f"blob:{fake.address}"))]
    assert foreign == []
