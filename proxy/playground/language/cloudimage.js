/* The same chain in Cloudimage's words, as far as it has them.
 *
 * Cloudimage applies its parameters in an order of its own: removal, size, filters, corners, background. */

import { understood } from "./chain.js";

/** The proxy's reading: `blur=10` is as strong as `e_blur:100`. */
const BLUR_SCALE = 10;
const STRONGEST_BLUR = 100;
/** Cloudinary's levels of automatic quality; `auto:low` has none here. */
const OPTIPRESS = { "auto:best": 1, auto: 2, "auto:good": 2, "auto:eco": 3 };

const hex = (color) => color.slice(1);

/** Step → the pairs that say it, and what of it cannot be said. `names` are the ids of all steps of the chain. */
const WORDS = {
  removal: ({ fine, hints }) => ({
    pairs: { bg_remove: 1 },
    missing: [hints.length && `the hints (${hints.join(", ")})`, fine && "fine edges"].filter(Boolean),
  }),
  crop: ({ width, height }) => ({ pairs: { w: width, h: height, func: "crop", gravity: "auto" } }),
  grayscale: () => ({ pairs: { gray: 1 } }),
  blur: ({ strength }) => ({
    pairs: { blur: Math.min(STRONGEST_BLUR, strength / BLUR_SCALE) },
    missing: strength / BLUR_SCALE > STRONGEST_BLUR ? [`a blur above ${STRONGEST_BLUR * BLUR_SCALE}`] : [],
  }),
  pad: ({ width, height, color }) => ({
    pairs: { w: width, h: height, func: "fit", fit_enlarge: 1, bg_color: hex(color) },
  }),
  background: ({ color }) => ({ pairs: { bg_color: hex(color) } }),
  corners: ({ radius, full }, names) => ({
    pairs: { radius: full ? "max" : radius },
    missing: names.includes("pad") || names.includes("background") ? ["transparent corners beside a colour"] : [],
  }),
  output: ({ format, quality }, names) => ({
    pairs: {
      ...(format && { force_format: format === "auto" ? negotiated(names) : format }),
      ...(/^\d+$/.test(quality) && { q: quality }),
      ...(OPTIPRESS[quality] && { optipress: OPTIPRESS[quality] }),
    },
    missing: quality && !/^\d+$/.test(quality) && !OPTIPRESS[quality] ? [`q_${quality}`] : [],
  }),
};

/** `{ query, missing }`: the query text, and a phrase for each part of the chain that has no equivalent. */
export function translate(text) {
  const pairs = {};
  const missing = [];
  const parts = understood(text);
  const names = parts.map(({ step }) => step?.id);
  for (const { component, step, options } of parts) {
    const said = step && WORDS[step.id]?.({ ...step.defaults, ...options }, names);
    Object.assign(pairs, said?.pairs);
    missing.push(...(said ? (said.missing ?? []) : [component]));
  }
  const query = Object.entries(pairs).map(([name, value]) => `${name}=${value}`).join("&");
  return { query, missing };
}

/** A list is an order of preference: the first that the browser accepts, and a last one that every browser shows. */
function negotiated(names) {
  return `avif,webp,${names.includes("removal") ? "png" : "jpg"}`;
}
