/* The steps as buttons, and the transformation as text: two views of one string. */

import { read, tidy, understood, write } from "../language/chain.js";
import { STEPS } from "../language/steps.js";
import { byId, element } from "./dom.js";
import { FIELDS } from "./fields.js";

const NOTE = "In Cloudinary's words, steps joined by slashes. Enter applies it.";

/** `change(text)` is called with the new transformation. Returns `{ show(text) }`. */
export function createControls(change) {
  let chain = "";
  const rows = STEPS.map((step) => createStep(step, (options) => change(write(chain, step, options))));
  byId("steps").append(...rows.map((row) => row.node));
  const typed = createTyped(change);
  return {
    show(text) {
      chain = text;
      STEPS.forEach((step, index) => rows[index].show(read(text, step)));
      typed.show(text);
    },
  };
}

function createStep(step, change) {
  let options = step.defaults;
  let isOn = false;
  const fields = step.fields.map((field) => [
    field.name, FIELDS[field.kind](field, (value) => change({ ...options, [field.name]: value })),
  ]);
  const panel = element("div", { className: "options", role: "group", "aria-label": step.label },
    ...fields.map(([, field]) => field.node));
  const button = element("button", {
    type: "button", className: "toggle", "data-step": step.id, onclick: () => change(isOn ? null : options),
  }, step.label);
  const node = element("div", { className: "step" }, ...(step.isAlwaysOn ? [] : [button]), panel);
  return {
    node,
    show(found) {
      isOn = found !== null;
      // What was set before a step was taken out is there when it comes back.
      options = found ?? (step.isAlwaysOn ? step.defaults : options);
      button.setAttribute("aria-pressed", String(isOn));
      panel.hidden = fields.length === 0 || !(isOn || step.isAlwaysOn);
      for (const [name, field] of fields) field.show(options[name]);
    },
  };
}

function createTyped(change) {
  const area = byId("chain");
  const apply = () => change(tidy(area.value));
  byId("typed").onsubmit = (event) => { event.preventDefault(); apply(); };
  byId("clear").onclick = () => change("");
  area.onkeydown = (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    apply();
  };
  return {
    show(text) {
      area.value = text;
      const typedOnly = understood(text).filter((each) => !each.step).length;
      byId("chain-note").textContent = typedOnly ? `${NOTE} ${remark(typedOnly)}` : NOTE;
    },
  };
}

function remark(count) {
  return count === 1
    ? "1 component without a button stays as typed."
    : `${count} components without a button stay as typed.`;
}
