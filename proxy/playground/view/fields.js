/* The fields of a step, one builder per kind. Each is built once and then only shown new values, so that typing and
 * focus survive every change: `{ node, show(value) }`. */

import { createChoice } from "./choice.js";
import { element, fresh } from "./dom.js";

export const FIELDS = { switch: createSwitch, many: createMany, number: createNumber, range: createRange, color: createColor, one: createOne };

function createSwitch({ label, note = "" }, change) {
  const input = element("input", { type: "checkbox", onchange: () => change(input.checked) });
  const node = element("label", { className: "field check" }, input, element("span", {}, label), aside(note));
  return { node, show: (value) => { input.checked = value; } };
}

function createMany({ label, note = "", choices }, change) {
  const inputs = choices.map((value) => element("input", {
    type: "checkbox", value, onchange: () => change(inputs.filter((each) => each.checked).map((each) => each.value)),
  }));
  const chips = inputs.map((input) => element("label", { className: "chip" }, input, element("span", {}, input.value)));
  const count = aside(note);
  const node = element("details", { className: "field many" },
    element("summary", {}, label, " ", count),
    element("div", { className: "chips", role: "group", "aria-label": label }, ...chips));
  return {
    node,
    show(values) {
      for (const input of inputs) input.checked = values.includes(input.value);
      count.textContent = values.length ? values.join(", ") : note;
    },
  };
}

function createNumber({ label, min, max, unit }, change) {
  const id = fresh("number");
  const input = element("input", {
    id, type: "number", min, max, step: 1, inputMode: "numeric",
    onchange: () => { if (input.checkValidity() && input.value) change(Number(input.value)); else input.reportValidity(); },
  });
  const node = element("div", { className: "field" }, element("label", { htmlFor: id }, label),
    element("span", { className: "measure" }, input, ` ${unit}`));
  return { node, show: (value) => { input.value = value; } };
}

function createRange({ label, min, max, step, unit }, change) {
  const id = fresh("range");
  const output = element("output", { htmlFor: id });
  const say = (value) => { output.textContent = `${value}${unit}`; };
  const input = element("input", {
    id, type: "range", min, max, step, oninput: () => say(input.value), onchange: () => change(Number(input.value)),
  });
  const node = element("div", { className: "field range" }, element("label", { htmlFor: id }, label), input, output);
  // The slider rounds to its steps; the number said is the one in the chain.
  return { node, show: (value) => { input.value = value; say(value); } };
}

function createColor({ label }, change) {
  const id = fresh("color");
  const input = element("input", { id, type: "color", onchange: () => change(input.value) });
  const node = element("div", { className: "field" }, element("label", { htmlFor: id }, label), input);
  return { node, show: (value) => { input.value = value; } };
}

function createOne({ label, choices }, change) {
  const node = element("fieldset", { className: "field segments" }, element("legend", {}, label));
  return { node, ...createChoice(node, choices, change) };
}

function aside(note) {
  return element("span", { className: "quiet" }, note);
}
