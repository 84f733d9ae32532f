/* The same chain as directives behind a file's uuid, as far as Uploadcare's CDN has words for it. They apply in order. */

import { understood } from "./chain.js";

/** The proxy's reading: `-/blur/50/` is as strong as `e_blur:100`. */
const BLUR_SCALE = 2;
const FORMATS = { auto: "auto", jpg: "jpeg", png: "png", webp: "webp" };
const QUALITIES = { "auto:best": "best", auto: "normal", "auto:good": "normal", "auto:eco": "lighter", "auto:low": "lightest" };

const hex = (color) => color.slice(1);

/** Step → its directives, and what of it cannot be said. */
const WORDS = {
  removal: ({ fine, hints }) => ({
    directives: ["remove_bg"],
    missing: [hints.length && `the hints (${hints.join(", ")})`, fine && "fine edges"].filter(Boolean),
  }),
  crop: ({ width, height }) => ({ directives: [`scale_crop/${width}x${height}/smart`] }),
  pad: ({ width, height, color }) => ({
    directives: [`preview/${width}x${height}`, `setfill/${hex(color)}`, `crop/${width}x${height}/center`],
  }),
  grayscale: () => ({ directives: ["grayscale"] }),
  blur: ({ strength }) => ({ directives: [`blur/${Math.max(1, Math.round(strength / BLUR_SCALE))}`] }),
  corners: ({ radius, full }) => ({ directives: [`border_radius/${full ? "50p" : radius}`] }),
  output: ({ format, quality }) => ({
    directives: [
      FORMATS[format] && `format/${FORMATS[format]}`,
      QUALITIES[quality] && `quality/${QUALITIES[quality]}`,
    ].filter(Boolean),
    missing: [
      format && !FORMATS[format] && `f_${format}`,
      quality && !QUALITIES[quality] && `q_${quality}`,
    ].filter(Boolean),
  }),
};

/** `{ path, missing }`: what stands behind `/:uuid/`, and a phrase for each part of the chain that has no equivalent. */
export function translate(text) {
  const directives = [];
  const missing = [];
  for (const { component, step, options } of understood(text)) {
    const said = step && WORDS[step.id]?.({ ...step.defaults, ...options });
    directives.push(...(said?.directives ?? []));
    missing.push(...(said ? (said.missing ?? []) : [component]));
  }
  return { path: directives.map((directive) => `-/${directive}/`).join(""), missing };
}
