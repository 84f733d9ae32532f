/* A clip: its background removed, shown over the page's grounds, to be downloaded in every format. */

import { CLOUD } from "../language/link.js";
import { follow, pathOf } from "../service/film.js";
import { byId, element } from "./dom.js";

const FORMATS = [
  ["WebM with alpha", "e_background_removal/f_webm", "webm"],
  ["ProRes 4444 (MOV)", "e_background_removal/f_mov", "mov"],
  ["GIF", "e_background_removal/f_gif", "gif"],
  ["MP4 on green", "e_background_removal,b_rgb:00ff00/f_mp4", "mp4"],
];
const GROUNDS = ["chequer", "white", "black", "magenta"];

/** Returns `{ show(asset) }`: makes the clip and shows it. */
export function createClip() {
  GROUNDS.forEach((ground) => byId("clip-grounds").append(
    element("button", { type: "button", className: "plain", onclick: () => { byId("clip-stage").dataset.ground = ground; } }, ground),
  ));
  let current = new AbortController();
  return {
    show(asset) {
      current.abort();
      current = new AbortController();
      byId("clip-card").hidden = false;
      byId("clip-links").replaceChildren(...FORMATS.map((format) => link(asset, format)));
      play(asset, current.signal);
    },
  };
}

function link(asset, [label, chain, extension]) {
  const address = pathOf(CLOUD, chain, asset);
  const button = element("button", { type: "button", className: "plain" }, label);
  button.onclick = async () => {
    button.disabled = true;
    if (await make(address, new AbortController().signal)) {
      element("a", { href: address, download: `${asset.public_id.split("/").at(-1)}.${extension}` }).click();
    }
    button.disabled = false;
  };
  return button;
}

async function play(asset, signal) {
  const address = pathOf(CLOUD, FORMATS[0][1], asset);
  const video = byId("clip");
  video.hidden = true;
  if (!await make(address, signal)) return;
  video.src = address;
  video.hidden = false;
}

/** Whether the film is there; says how far it is meanwhile. */
async function make(address, signal) {
  const progress = byId("clip-progress");
  progress.hidden = false;
  try {
    await follow(address, signal, ({ sentence, percent }) => {
      say(sentence);
      if (percent === null) progress.removeAttribute("value");
      else progress.value = percent / 100;
    });
    say("Ready.");
    return true;
  } catch (error) {
    if (error.name !== "AbortError") say(error.message);
    return false;
  } finally {
    progress.hidden = true;
  }
}

function say(text) {
  byId("clip-state").textContent = text;
}
