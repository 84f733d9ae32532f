/* The state of the current question: asking, pending, ready or refused. */

import { needsRemoval } from "../language/link.js";
import { Refused, watch } from "../service/watch.js";
import { byId } from "./dom.js";
import { factsOf, showFacts } from "./facts.js";
import { follow } from "./follow.js";

const TITLES = { 400: "The server does not accept this chain", 404: "The server has no such photo" };

/** `onReady({ address, alt, size })` gets the picture as a blob: address. Returns `{ ask(address, photo, chain) }`. */
export function createResult(onReady) {
  let asking = new AbortController();
  let picture = "";
  let last = null;
  const ask = async (address, id, chain) => {
    last = [address, id, chain];
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    const started = performance.now();
    const stopClock = startClock(started);
    signal.addEventListener("abort", stopClock);
    show("asking", { text: "Asking the server…" });
    try {
      const answer = await watch(address, { signal, onPending: (pending) => showPending(pending, chain) });
      const size = await measure(answer.blob);
      if (signal.aborted) return;
      const old = picture;
      picture = URL.createObjectURL(answer.blob);
      onReady({ address: picture, alt: `${id} after the chain ${chain || "without steps"}`, size, blob: answer.blob });
      URL.revokeObjectURL(old);
      showReady(answer, size, (performance.now() - started) / 1000);
    } catch (error) {
      if (!signal.aborted) showRefusal(error);
    } finally {
      stopClock();
    }
  };
  byId("again").onclick = () => ask(...last);
  return { ask };
}

/** Width and height in pixels; null where this browser cannot decode the format. */
async function measure(blob) {
  try {
    const bitmap = await createImageBitmap(blob);
    const { width, height } = bitmap;
    bitmap.close();
    return { width, height };
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

function showPending({ questions, wait }, chain) {
  const text = needsRemoval(chain) ? "Cutting out the subject…" : "The server is preparing the picture…";
  const asked = questions === 1 ? "once" : `${questions} times`;
  show("pending", { text, note: `Pending (423): asked ${asked}, again in ${wait} s` });
  if (questions === 1) announce(`${text} The page asks again until it is ready.`);
}

function showReady(answer, size, seconds) {
  show("ready", { text: "Result ready" });
  const facts = factsOf(answer, size, seconds);
  showFacts(facts);
  byId("result-size").textContent = size ? `${size.width} × ${size.height}` : "";
  announce(`Result ready: ${facts.slice(1, 4).map((fact) => fact.value).join(", ")}.`);
}

function showRefusal(error) {
  show("refused", { text: "No result" });
  showFacts(error instanceof Refused ? [{ name: "Status", value: String(error.status) }] : []);
  byId("result-size").textContent = "";
  byId("refusal-title").textContent = error instanceof Refused
    ? `${TITLES[error.status] ?? "No result"} (${error.status})`
    : "The server cannot be reached";
  byId("refusal-text").textContent = error instanceof Refused ? error.message : "Is it running? Try again when it is.";
  announce("");
}

function show(state, { text = "", note = "" }) {
  byId("result-figure").dataset.state = state;
  byId("waiting").hidden = !["asking", "pending"].includes(state);
  byId("refusal").hidden = state !== "refused";
  byId("waiting-text").textContent = text;
  follow(text);
  byId("waiting-note").textContent = note;
  byId("result-pane").setAttribute("aria-busy", String(["asking", "pending"].includes(state)));
}

/** The seconds are for the eye only: a screen reader must not be told each of them. */
function startClock(started) {
  const tick = () => { byId("elapsed").textContent = `${Math.floor((performance.now() - started) / 1000)} s`; };
  tick();
  const timer = setInterval(tick, 250);
  return () => clearInterval(timer);
}

function announce(text) {
  byId("status").textContent = text;
}
