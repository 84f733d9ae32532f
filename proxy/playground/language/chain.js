/* The transformation text is the only state of the chain: buttons read it and rewrite their own component in it.
 * What was typed and no button knows stays where it is. */

import { STEPS } from "./steps.js";

/** The components of a transformation; stray slashes, spaces and line breaks around them do not count. */
export function components(text) {
  return text.split("/").map((part) => part.trim()).filter(Boolean);
}

export function tidy(text) {
  return components(text).join("/");
}

/** Each component with the step it belongs to, `step: null` for one that only was typed. */
export function understood(text) {
  let depth = 0;
  return components(text).map((component) => {
    const opens = /(^|,)[lu]_/.test(component);
    const closes = /(^|,)fl_(\w+\.)*layer_apply/.test(component);
    if (opens && !closes) depth += 1;
    // Between `l_…` and `fl_layer_apply` a component concerns the layer, not the picture.
    const found = depth === 0 && !opens && !closes ? find(component) : { step: null, options: null };
    if (closes && !opens && depth > 0) depth -= 1;
    return { component, ...found };
  });
}

/** The options of `step` in the text, null where it has no such step. */
export function read(text, step) {
  const own = understood(text).filter((each) => each.step === step);
  return own.length ? Object.assign({}, step.defaults, ...own.map((each) => each.options)) : null;
}

/** The text with `step` set to `options`; null takes it out. */
export function write(text, step, options) {
  const before = understood(text);
  const isExcluded = (other) => options !== null && other !== null && other.id === step.excludes;
  const kept = before.filter((each) => each.step !== step && !isExcluded(each.step));
  const written = options ? step.write(options) : "";
  if (written) kept.splice(place(kept, before, step), 0, { component: written });
  return kept.map((each) => each.component).join("/");
}

function find(component) {
  for (const step of STEPS) {
    const options = step.read(component);
    if (options) return { step, options };
  }
  return { step: null, options: null };
}

/** Where it stood; else before the first step that the table has later. */
function place(kept, before, step) {
  if (step.leads) return 0;
  const stood = before.findIndex((each) => each.step === step);
  if (stood >= 0) return before.slice(0, stood).filter((each) => kept.includes(each)).length;
  const later = kept.findIndex((each) => each.step && STEPS.indexOf(each.step) > STEPS.indexOf(step));
  return later < 0 ? kept.length : later;
}
