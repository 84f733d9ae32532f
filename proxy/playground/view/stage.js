/* Original and result side by side, on a background and at a zoom of choice. */

import { GROUNDS, ZOOMS } from "../language/address.js";
import { cloudinaryPath } from "../language/link.js";
import { createChoice } from "./choice.js";
import { byId } from "./dom.js";
import { moveTogether } from "./panning.js";

const GROUND_LABELS = { chequer: "Chequer", white: "White", black: "Black", magenta: "Magenta", custom: "Custom" };
/** From this zoom on single pixels are to be seen. */
const PIXELATED_FROM = 2;

/** `change(patch)` is called with `{ ground }`, `{ color }` or `{ zoom }`. Returns `{ show(state), showResult(url, alt) }`. */
export function createStage(change) {
  const grounds = createChoice(byId("grounds"), GROUNDS.map((ground) => [ground, GROUND_LABELS[ground]]), (ground) => change({ ground }));
  const zooms = createChoice(byId("zooms"), ZOOMS.map((zoom) => [zoom, zoom === "fit" ? "Fit" : `${zoom}×`]), (zoom) => change({ zoom }));
  const picker = byId("ground-color");
  picker.oninput = () => change({ color: picker.value });
  const panes = [byId("original-pane"), byId("result-pane")];
  const images = [byId("original"), byId("result")];
  const keepPlace = moveTogether(panes);
  let zoom = "fit";
  const resize = () => keepPlace(() => images.forEach((image) => scale(image, zoom)));
  for (const image of images) image.addEventListener("load", resize);
  watchOriginal(images[0]);
  return {
    show(state) {
      grounds.show(state.ground);
      zooms.show(state.zoom);
      picker.value = state.color;
      picker.parentElement.hidden = state.ground !== "custom";
      for (const pane of panes) {
        pane.dataset.ground = state.ground;
        pane.style.setProperty("--custom-ground", state.color);
      }
      zoom = state.zoom;
      resize();
      showOriginal(images[0], state);
    },
    showResult(address, alt) {
      images[1].src = address;
      images[1].alt = alt;
      images[1].hidden = false;
    },
  };
}

function showOriginal(image, photo) {
  const address = cloudinaryPath({ id: photo.id, version: photo.version });
  if (image.dataset.address === address) return;
  image.dataset.address = address;
  image.src = address;
  image.alt = `The original photo ${photo.id}`;
}

function watchOriginal(image) {
  const [size, empty] = [byId("original-size"), image.nextElementSibling];
  image.addEventListener("load", () => {
    size.textContent = `${image.naturalWidth} × ${image.naturalHeight}`;
    image.hidden = false;
    empty.hidden = true;
  });
  image.addEventListener("error", () => {
    size.textContent = "";
    image.hidden = true;
    empty.hidden = false;
  });
}

function scale(image, zoom) {
  const factor = Number(zoom);
  const isFitted = zoom === "fit" || !image.naturalWidth;
  image.classList.toggle("fitted", isFitted);
  image.classList.toggle("pixelated", factor >= PIXELATED_FROM);
  image.style.width = isFitted ? "" : `${image.naturalWidth * factor}px`;
}
