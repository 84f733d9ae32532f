/* What the answer says of itself. */

import { byId, element } from "./dom.js";

const KILO = 1000;
/** Response headers worth a line, with what they are called here. */
const HEADERS = [["Cache-Control", "Cache"], ["Vary", "Vary"], ["ETag", "ETag"], ["Server-Timing", "Server timing"]];

/** `[{ name, value, share? }]` of a watched answer: status, format, size and bytes come first. `seconds` is the whole wait. */
export function factsOf({ status, headers, blob, milliseconds, questions }, size, seconds) {
  const confidence = headers.get("X-Background-Removal-Confidence");
  return [
    { name: "Status", value: String(status) },
    { name: "Format", value: formatName(headers.get("Content-Type") ?? blob.type) },
    { name: "Dimensions", value: size ? `${size.width} × ${size.height} px` : "not decodable in this browser" },
    { name: "Size", value: bytes(blob.size) },
    { name: "Time", value: questions > 1 ? `${seconds.toFixed(1)} s (asked ${questions}×)` : `${Math.round(milliseconds)} ms` },
    ...(confidence ? [{ name: "Confidence", value: percent(confidence), share: Number(confidence) }] : []),
    ...HEADERS.filter(([header]) => headers.get(header)).map(([header, name]) => ({ name, value: headers.get(header), isText: true })),
  ];
}

export function showFacts(facts) {
  byId("facts").replaceChildren(...facts.map(({ name, value, share, isText }) => {
    const meter = share === undefined ? [] : [element("meter", { min: 0, max: 1, low: 0.5, high: 0.8, optimum: 1, value: share, "aria-label": name })];
    return element("div", { className: isText ? "wide" : "" }, element("dt", {}, name), element("dd", { title: value }, value, ...meter));
  }));
}

export function bytes(count) {
  const units = ["B", "KB", "MB", "GB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log(Math.max(count, 1)) / Math.log(KILO)));
  const amount = count / KILO ** power;
  return `${power === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)} ${units[power]}`;
}

const percent = (text) => `${Math.round(Number(text) * 100)} %`;

function formatName(mime) {
  return mime.split(";")[0].replace(/^image\//, "").replace("svg+xml", "svg").toUpperCase();
}
