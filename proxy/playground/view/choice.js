/* One of several, as a row of radio buttons: arrows move, Tab leaves, as every radio group. */

import { element, fresh } from "./dom.js";

/** Fills `fieldset` with `choices`, pairs of value and label. Returns `{ show(value) }`. */
export function createChoice(fieldset, choices, change) {
  const name = fresh("choice");
  const inputs = choices.map(([value]) => element("input", { type: "radio", name, value, onchange: () => change(value) }));
  fieldset.append(...choices.map(([value, label], index) => element(
    "label", { className: "segment", "data-value": value }, inputs[index], element("span", {}, label),
  )));
  return {
    show(value) {
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}
