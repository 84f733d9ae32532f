/* Ask for a film until the server has it, without loading it. */

const LOCKED = 423;
const USUAL_WAIT = 1;
const PERCENT = /\((\d+) %\)/;

export function pathOf(cloud, chain, asset) {
  return `/${cloud}/video/upload/${chain}/v${asset.version}/${asset.public_id}`;
}

/** Resolves once it is there. `tell({ sentence, percent })` is called while it is made; `percent` may be null.
 *
 * Throws an Error with the server's sentence, an AbortError when `signal` says so. */
export async function follow(address, signal, tell) {
  for (;;) {
    const response = await fetch(address, { signal, headers: { Range: "bytes=0-0" }, cache: "no-store" });
    const sentence = response.headers.get("X-Cld-Error") ?? "";
    await response.body?.cancel();
    if (response.ok) return;
    if (response.status !== LOCKED) throw new Error(sentence || `The server refused the clip (${response.status}).`);
    const found = PERCENT.exec(sentence);
    tell({ sentence, percent: found ? Number(found[1]) : null });
    await pause(Number(response.headers.get("Retry-After") ?? USUAL_WAIT), signal);
  }
}

function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
  });
}
