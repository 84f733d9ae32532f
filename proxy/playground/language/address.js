/* The page's state in its address, so that a link opens the same view:
 * `#photo=cat&chain=e_background_removal/f_auto&ground=magenta&zoom=4`. */

export const GROUNDS = ["chequer", "white", "black", "magenta", "custom"];
export const ZOOMS = ["fit", "1", "2", "4", "8"];
export const START = {
  id: "cat", version: "", chain: "e_background_removal", ground: "chequer", color: "#2f6fed", zoom: "fit",
};

const NAMES = { photo: "id", version: "version", chain: "chain", ground: "ground", color: "color", zoom: "zoom" };
/** A link is text from anybody: what is not one of these falls back to the start. */
const VALID = {
  id: (text) => text.length > 0 && text.length <= 255,
  version: (text) => /^\d{0,20}$/.test(text),
  chain: (text) => text.length <= 4000,
  ground: (text) => GROUNDS.includes(text),
  color: (text) => /^#[0-9a-f]{6}$/.test(text),
  zoom: (text) => ZOOMS.includes(text),
};

export function readAddress(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const state = { ...START };
  for (const [name, key] of Object.entries(NAMES)) {
    const text = given.get(name);
    if (text !== null && VALID[key](text)) state[key] = text;
  }
  return state;
}

/** Only what differs from the start; slashes and colons stay readable. */
export function writeAddress(state) {
  const changed = Object.entries(NAMES).filter(([, key]) => state[key] !== START[key]);
  const pairs = changed.map(([name, key]) => `${name}=${readable(state[key])}`);
  return pairs.length ? `#${pairs.join("&")}` : "";
}

const readable = (text) => encodeURIComponent(text).replace(/%(2F|3A|2C|3B|28|29)/g, decodeURIComponent);
