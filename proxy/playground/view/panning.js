/* Panes that scroll together, by share of their width and height: a cropped result stays beside its original. */

/** Ties `panes`; returns `keepPlace(resize)`, which runs `resize` and brings the seen middle back to the middle. */
export function moveTogether(panes) {
  let led = null;
  for (const pane of panes) {
    pane.addEventListener("scroll", () => {
      // The scroll events that we cause ourselves come later and must not answer back.
      if (led === pane) { led = null; return; }
      const place = middle(pane);
      for (const other of panes) if (other !== pane && put(other, place)) led = other;
    }, { passive: true });
    dragToScroll(pane);
  }
  return (resize) => {
    const places = panes.map(middle);
    resize();
    panes.forEach((pane, index) => put(pane, places[index]));
  };
}

function middle(pane) {
  return {
    x: (pane.scrollLeft + pane.clientWidth / 2) / pane.scrollWidth,
    y: (pane.scrollTop + pane.clientHeight / 2) / pane.scrollHeight,
  };
}

/** Whether the pane moved. */
function put(pane, { x, y }) {
  const before = [pane.scrollLeft, pane.scrollTop];
  pane.scrollTo(x * pane.scrollWidth - pane.clientWidth / 2, y * pane.scrollHeight - pane.clientHeight / 2);
  return pane.scrollLeft !== before[0] || pane.scrollTop !== before[1];
}

/** A finger scrolls by itself; a mouse takes hold of the picture. */
function dragToScroll(pane) {
  pane.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    pane.setPointerCapture(event.pointerId);
    event.preventDefault();
    pane.focus({ preventScroll: true });
  });
  pane.addEventListener("pointermove", (event) => {
    if (pane.hasPointerCapture(event.pointerId)) pane.scrollBy(-event.movementX, -event.movementY);
  });
}
