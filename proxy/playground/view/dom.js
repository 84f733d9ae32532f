/* Elements from plain words. Properties are set on the element, so no attribute holds script or style (CSP). */

/** `element("button", { type: "button", "aria-pressed": "true", onclick }, "Text", child)` */
export function element(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export function byId(id) {
  return document.getElementById(id);
}

let serial = 0;
/** A group name or id that no other element of the page has. */
export function fresh(prefix) {
  serial += 1;
  return `${prefix}-${serial}`;
}
