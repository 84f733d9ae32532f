/* The addresses to take away, each with a copy button. */

import { cloudimagePath, cloudinaryPath, snippet, uploadcarePath } from "../language/link.js";
import { byId, element, fresh } from "./dom.js";

const COPIED_MILLISECONDS = 1600;

/** Returns `{ show(state, size) }`; `size` of the result, where known, goes into the snippet. */
export function createLinks() {
  const cloudinary = createLink("Cloudinary URL");
  const cloudimage = createLink("Cloudimage URL");
  const uploadcare = createLink("Uploadcare URL, :uuid as the upload tells it");
  const image = createLink("HTML");
  byId("links").append(cloudinary.node, cloudimage.node, uploadcare.node, image.node);
  const shortcut = byId("copy-address");
  shortcut.onclick = () => copy(cloudinary.box, shortcut);
  return {
    show(state, size) {
      const address = location.origin + cloudinaryPath(state);
      cloudinary.show(address);
      showTranslated(cloudimage, "Cloudimage", cloudimagePath(state));
      showTranslated(uploadcare, "Uploadcare", uploadcarePath(state));
      image.show(snippet(address, state.id, size));
    },
  };
}

function showTranslated(link, vendor, { path, missing }) {
  link.show(location.origin + path, missing.length ? `${vendor} has no equivalent for ${missing.join("; ")}: left out.` : "");
}

function createLink(label) {
  const id = fresh("link");
  const box = element("output", { id, className: "code", tabIndex: 0, role: "textbox", "aria-readonly": "true", "aria-label": label });
  const note = element("p", { className: "note warning", hidden: true });
  const button = element("button", { type: "button", className: "plain", "aria-label": `Copy ${label}`, onclick: () => copy(box, button) }, "Copy");
  const head = element("div", { className: "link-head" }, element("span", {}, label), button);
  return {
    box,
    node: element("div", { className: "link" }, head, box, note),
    show(text, warning = "") {
      box.textContent = text;
      note.textContent = warning;
      note.hidden = !warning;
    },
  };
}

async function copy(box, button) {
  const label = button.dataset.label ?? button.textContent;
  button.dataset.label = label;
  button.textContent = await put(box) ? "Copied" : "Selected";
  setTimeout(() => { button.textContent = label; }, COPIED_MILLISECONDS);
}

/** Browsers give a clipboard only to secure pages: over plain HTTP in a LAN the text is selected to be copied by hand. */
async function put(box) {
  try {
    await navigator.clipboard.writeText(box.textContent);
    return true;
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    getSelection().selectAllChildren(box);
    return false;
  }
}
