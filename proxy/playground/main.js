/* The page: one state, kept in the address; every change of it is shown by the views, and asked of the server. */

import { readAddress, writeAddress } from "./language/address.js";
import { cloudinaryPath } from "./language/link.js";
import { createClip } from "./view/clip.js";
import { createControls } from "./view/controls.js";
import { byId } from "./view/dom.js";
import { createFollow } from "./view/follow.js";
import { createLinks } from "./view/links.js";
import { createPhotos } from "./view/photos.js";
import { createResult } from "./view/result.js";
import { createStage } from "./view/stage.js";

let state = readAddress(location.hash);
let asked = "";
let size = null;

const clip = createClip();
const photos = createPhotos((photo) => change(photo), (asset) => clip.show(asset));
const controls = createControls((chain) => change({ chain }));
const stage = createStage((patch) => change(patch));
const links = createLinks();
const result = createResult((ready) => {
  size = ready.size;
  stage.showResult(ready.address, ready.alt);
  links.show(state, size);
  offer(ready);
});

/** A new picture is a new entry of the browser's history, another look at it is not. */
function change(patch) {
  state = { ...state, ...patch };
  const address = writeAddress(state) || location.pathname;
  if (cloudinaryPath(state) === asked) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  show();
}

function show() {
  photos.show(state);
  controls.show(state.chain);
  stage.show(state);
  const address = cloudinaryPath(state);
  if (address !== asked) {
    asked = address;
    size = null;
    withdraw();
    result.ask(address, state.id, state.chain);
  }
  links.show(state, size);
}

function offer({ address, blob }) {
  const download = byId("download");
  const extension = blob.type.replace(/^image\//, "").replace("jpeg", "jpg").replace("svg+xml", "svg");
  download.href = address;
  download.download = `${state.id.split("/").at(-1)}.${extension}`;
  download.removeAttribute("aria-disabled");
}

function withdraw() {
  const download = byId("download");
  download.removeAttribute("href");
  download.setAttribute("aria-disabled", "true");
}

addEventListener("popstate", () => {
  state = readAddress(location.hash);
  show();
});

createFollow();
show();
