/* Which photo: a sample of the server, or one that is dropped, pasted or picked and then uploaded. */

import { cloudinaryPath } from "../language/link.js";
import { upload } from "../service/upload.js";
import { byId, element } from "./dom.js";

export const SAMPLES = ["cat", "coffee", "astronaut", "rocket"];
const THUMB = "c_fill,h_144,w_144/f_auto,q_auto";

/** `change({ id, version })` is called with the photo that was chosen, `film(asset)` with a clip that was uploaded.
 * Returns `{ show(photo) }`. */
export function createPhotos(change, film) {
  const radios = new Map();
  const add = (photo) => {
    const radio = element("input", { type: "radio", name: "photo", value: photo.id, onchange: () => change(photo) });
    radios.set(photo.id, radio);
    byId("thumbs").append(thumb(photo, radio));
  };
  SAMPLES.forEach((id) => add({ id, version: "" }));
  listen(async (file) => {
    const isClip = file.type.startsWith("video/");
    const asset = await send(file, isClip ? "video" : "image");
    if (asset && isClip) film(asset);
    else if (asset) change({ id: asset.public_id, version: String(asset.version) });
  });
  return {
    show(photo) {
      if (!radios.has(photo.id)) add(photo);
      radios.get(photo.id).checked = true;
    },
  };
}

function thumb(photo, radio) {
  const name = photo.id.split("/").at(-1);
  const image = element("img", {
    alt: "", width: 72, height: 72, onerror: () => image.replaceWith(element("div", { className: "blank" })),
    src: cloudinaryPath({ ...photo, chain: THUMB }),
  });
  return element("label", { className: "thumb" }, radio, image, element("span", {}, name));
}

function listen(receive) {
  const input = byId("file");
  const drop = byId("drop");
  input.onchange = () => { if (input.files[0]) receive(input.files[0]); input.value = ""; };
  document.addEventListener("paste", (event) => {
    const file = event.clipboardData?.files[0];
    if (file) { event.preventDefault(); receive(file); }
  });
  document.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
  // relatedTarget is null only when the pointer leaves the window.
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    const file = event.dataTransfer.files[0];
    if (file) receive(file);
  });
}

async function send(file, kind) {
  const progress = byId("upload-progress");
  progress.hidden = false;
  say(`Uploading ${file.name}…`);
  try {
    const asset = await upload(file, (part) => { progress.value = part; }, kind);
    const size = asset.width ? `: ${asset.width} × ${asset.height}, ${asset.format}` : "";
    say(`${file.name} is on the server as ${asset.public_id}${size}.`);
    return asset;
  } catch (error) {
    say(`${file.name} was not uploaded. ${error.message}`, { isError: true });
    return null;
  } finally {
    progress.hidden = true;
    progress.value = 0;
  }
}

function say(text, { isError = false } = {}) {
  const line = byId("upload-state");
  line.textContent = text;
  line.classList.toggle("error", isError);
}
