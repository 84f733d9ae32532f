/* The inside of one component: `c_fill,w_400` as names and values, colours as the colour picker knows them. */

const NAMED = { white: "#ffffff", black: "#000000", red: "#ff0000", green: "#008000", blue: "#0000ff" };

/** `{ c: "fill", w: "400" }` of `c_fill,w_400`; a part without a name is kept whole, so that no row claims it. */
export function parameters(component) {
  return Object.fromEntries(component.split(",").map((part) => {
    const at = part.indexOf("_");
    return at > 0 ? [part.slice(0, at), part.slice(at + 1)] : [part, part];
  }));
}

/** `rgb:f4f1ea`, `white` → `#f4f1ea`, `#ffffff`; undefined for what a colour picker cannot show. */
export function readColor(text = "") {
  const [, hex] = text.match(/^rgb:([0-9a-f]{6}|[0-9a-f]{3})$/i) ?? [];
  if (!hex) return NAMED[text];
  return `#${(hex.length === 3 ? hex.replace(/./g, "$&$&") : hex).toLowerCase()}`;
}

export function writeColor(hex) {
  const named = Object.keys(NAMED).find((name) => NAMED[name] === hex);
  return named ?? `rgb:${hex.slice(1)}`;
}
