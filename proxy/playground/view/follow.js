/* Ways to the result that leave the address alone: a `#heading` link would overwrite the state kept there. */

import { byId } from "./dom.js";

/** Wires every `data-jump` button, and shows the one that follows only while the result is out of sight. */
export function createFollow() {
  for (const button of document.querySelectorAll("[data-jump]")) {
    button.addEventListener("click", () => {
      const target = byId(button.dataset.jump);
      target.focus({ preventScroll: true });
      byId("result-figure").scrollIntoView({ block: "center" });
    });
  }
  const button = document.querySelector(".follow");
  new IntersectionObserver(([entry]) => { button.hidden = entry.isIntersecting; }).observe(byId("result-figure"));
}

export function follow(text) {
  byId("follow-text").textContent = text;
}
