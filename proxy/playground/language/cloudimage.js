/* The same chain in Cloudimage's words, as far as it has them.
 *
 * Cloudimage applies its parameters in an order of its own: removal, size, filters, corners, encoding. */

import { understood } from "./chain.js";

/** Cloudinary's blur ends at 2000, Cloudimage's at 100. */
const BLUR_SCALE = 20;
/** Cloudimage's list is an order of preference, answered by the browser's Accept header. */
const NEGOTIATED = "avif,webp,png";

const hex = (color) => color.slice(1);

/** Step → the pairs that say it, and what of it cannot be said. */
const WORDS = {
  removal: ({ fine, hints }) => ({
    pairs: { bg_remove: 1 },
    missing: [hints.length && `the hints (${hints.join(", ")})`, fine && "fine edges"].filter(Boolean),
  }),
  grayscale: () => ({ pairs: { gray: 1 } }),
  blur: ({ strength }) => ({ pairs: { blur: Math.max(1, Math.round(strength / BLUR_SCALE)) } }),
  crop: ({ width, height }) => ({ pairs: { w: width, h: height, func: "crop", gravity: "auto" } }),
  pad: ({ width, height, color }) => ({
    pairs: { w: width, h: height, func: "fit", fit_enlarge: 1, bg_color: hex(color) },
  }),
  background: ({ color }) => ({ pairs: { bg_color: hex(color) } }),
  corners: ({ radius, full }) => ({ pairs: { radius: full ? "max" : radius } }),
  output: ({ format, quality }) => ({
    pairs: {
      ...(format && { force_format: format === "auto" ? NEGOTIATED : format }),
      ...(/^\d+$/.test(quality ?? "") && { q: quality }),
    },
    missing: /^auto/.test(quality ?? "") ? [`q_${quality}`] : [],
  }),
};

/** `{ query, missing }`: the query text, and a phrase for each part of the chain that has no equivalent. */
export function translate(text) {
  const pairs = {};
  const missing = [];
  for (const { component, step, options } of understood(text)) {
    const said = step && WORDS[step.id]?.({ ...step.defaults, ...options });
    Object.assign(pairs, said?.pairs);
    missing.push(...(said ? (said.missing ?? []) : [component]));
  }
  const query = Object.entries(pairs).map(([name, value]) => `${name}=${value}`).join("&");
  return { query, missing };
}
