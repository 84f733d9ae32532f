/* The buttons of the page: one row per step, how it is written and how it is read back.
 *
 * `write(options)` gives the component's text, `read(text)` the options or null where the text says more than the
 * row's fields can show: such a component is left as it was typed. The order of the rows is the order of the chain:
 * the removal leads (all chains share its cutout), a crop leaves less to do for the effects, the shadow falls before a colour
 * closes the background. */

import { parameters, readColor, writeColor } from "./parameters.js";

/** What the removal can be told to keep: the 20 names of Cloudinary's add-on. */
export const OBJECTS = [
  "airplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
  "dining-table", "dog", "horse", "motorbike", "person", "potted-plant", "sheep", "sofa", "train", "tv",
];

const SHADOW = { azimuth: 215, elevation: 45, spread: 50 };
const FORMATS = [["", "As is"], ["auto", "Auto"], ["webp", "WebP"], ["avif", "AVIF"], ["png", "PNG"], ["jpg", "JPEG"]];
const QUALITIES = [
  ["", "Default"], ["auto", "Auto"], ["auto:best", "Best"], ["auto:eco", "Eco"], ["auto:low", "Low"], ["60", "60"],
];

const side = (name, label) => ({ kind: "number", name, label, min: 1, max: 4000, unit: "px" });

export const STEPS = [
  {
    id: "removal",
    label: "Remove background",
    leads: true,
    defaults: { fine: false, hints: [] },
    fields: [
      { kind: "switch", name: "fine", label: "Fine edges", note: "for fur, feathers, leaves" },
      { kind: "many", name: "hints", label: "Keep only", note: "nothing chosen: whatever stands out", choices: OBJECTS },
    ],
    write({ fine, hints }) {
      const options = [hints.length && `hints_(${hints.join(";")})`, fine && "fineedges_y"].filter(Boolean);
      return ["e_background_removal", ...(options.length ? [options.join(";")] : [])].join(":");
    },
    read(text) {
      const [whole, options] = text.match(/^e_background_removal(?::(.*))?$/) ?? [];
      return whole ? readRemoval(options ?? "") : null;
    },
  },
  {
    id: "shadow",
    label: "Drop shadow",
    defaults: SHADOW,
    fields: [
      { kind: "range", name: "azimuth", label: "Light from", min: 0, max: 360, step: 5, unit: "°" },
      { kind: "range", name: "elevation", label: "Height of light", min: 0, max: 90, step: 5, unit: "°" },
      { kind: "range", name: "spread", label: "Softness", min: 0, max: 100, step: 5, unit: "" },
    ],
    write(options) {
      const changed = Object.keys(SHADOW).filter((name) => options[name] !== SHADOW[name]);
      return ["e_dropshadow", ...(changed.length ? [changed.map((name) => `${name}_${options[name]}`).join(";")] : [])].join(":");
    },
    read(text) {
      const [whole, list] = text.match(/^e_dropshadow(?::((?:(?:azimuth|elevation|spread)_\d+;?)+))?$/) ?? [];
      const pairs = (list ?? "").split(";").filter(Boolean).map((part) => part.split("_"));
      return whole ? { ...SHADOW, ...Object.fromEntries(pairs.map(([name, value]) => [name, Number(value)])) } : null;
    },
  },
  {
    id: "crop",
    label: "Crop",
    excludes: "pad",
    defaults: { width: 400, height: 400 },
    fields: [side("width", "Width"), side("height", "Height")],
    write: ({ width, height }) => `c_fill,g_auto,h_${height},w_${width}`,
    read(text) {
      const { c, g, w, h, ...rest } = parameters(text);
      return c === "fill" && g === "auto" && isSide(w) && isSide(h) && isEmpty(rest)
        ? { width: Number(w), height: Number(h) }
        : null;
    },
  },
  {
    id: "grayscale",
    label: "Grayscale",
    defaults: {},
    fields: [],
    write: () => "e_grayscale",
    read: (text) => (text === "e_grayscale" ? {} : null),
  },
  {
    id: "blur",
    label: "Blur",
    defaults: { strength: 300 },
    fields: [{ kind: "range", name: "strength", label: "Strength", min: 50, max: 2000, step: 50, unit: "" }],
    write: ({ strength }) => `e_blur:${strength}`,
    read(text) {
      const [whole, strength] = text.match(/^e_blur(?::(\d+))?$/) ?? [];
      return whole ? { strength: Number(strength ?? 100) } : null;
    },
  },
  {
    id: "pad",
    label: "Pad",
    excludes: "crop",
    defaults: { width: 400, height: 400, color: "#f4f1ea" },
    fields: [side("width", "Width"), side("height", "Height"), { kind: "color", name: "color", label: "Colour" }],
    write: ({ width, height, color }) => `b_${writeColor(color)},c_pad,h_${height},w_${width}`,
    read(text) {
      const { c, b, w, h, ...rest } = parameters(text);
      const color = readColor(b);
      return c === "pad" && color && isSide(w) && isSide(h) && isEmpty(rest)
        ? { width: Number(w), height: Number(h), color }
        : null;
    },
  },
  {
    id: "background",
    label: "Colour behind",
    defaults: { color: "#f4f1ea" },
    fields: [{ kind: "color", name: "color", label: "Colour" }],
    write: ({ color }) => `b_${writeColor(color)}`,
    read(text) {
      const { b, ...rest } = parameters(text);
      const color = readColor(b);
      return color && isEmpty(rest) ? { color } : null;
    },
  },
  {
    id: "corners",
    label: "Round corners",
    defaults: { radius: 40, full: false },
    fields: [
      { kind: "number", name: "radius", label: "Radius", min: 1, max: 2000, unit: "px" },
      { kind: "switch", name: "full", label: "Full circle" },
    ],
    write: ({ radius, full }) => `r_${full ? "max" : radius}`,
    read(text) {
      const [, radius] = text.match(/^r_(\d+|max)$/) ?? [];
      if (radius === undefined) return null;
      return radius === "max" ? { radius: 40, full: true } : { radius: Number(radius), full: false };
    },
  },
  {
    id: "output",
    label: "File",
    isAlwaysOn: true,
    defaults: { format: "", quality: "" },
    fields: [
      { kind: "one", name: "format", label: "Format", choices: FORMATS },
      { kind: "one", name: "quality", label: "Quality", choices: QUALITIES },
    ],
    write: ({ format, quality }) => [format && `f_${format}`, quality && `q_${quality}`].filter(Boolean).join(","),
    read(text) {
      const { f, q, ...rest } = parameters(text);
      return (f || q) && isEmpty(rest) ? { ...(f && { format: f }), ...(q && { quality: q }) } : null;
    },
  },
];

const isSide = (text) => /^[1-9]\d*$/.test(text ?? "");
const isEmpty = (rest) => Object.keys(rest).length === 0;

/** Both orders and both separators are in use: Cloudinary's pages write `;`, its Dart SDK `:`. */
function readRemoval(options) {
  const found = { fine: false, hints: [] };
  for (const option of options.split(/[;:](?![^(]*\))/).filter(Boolean)) {
    const [, list] = option.match(/^hints_\(?([\w;-]+)\)?$/) ?? [];
    if (list) found.hints = list.split(";").map((name) => name.replaceAll("_", "-"));
    else if (/^fineedges_[yn]$/.test(option)) found.fine = option.endsWith("y");
    else return null;
  }
  return found.hints.every((name) => OBJECTS.includes(name)) ? found : null;
}
