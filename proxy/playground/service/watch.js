/* Ask for a derived picture until the server has it. */

const LOCKED = 423;
/** Between two questions where the server names no time, and at most, in seconds. */
const USUAL_WAIT = 1;
const LONGEST_WAIT = 30;
/** What an <img> of this browser would accept: a plain fetch() says only that anything will do. */
const ACCEPT = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";

/** An answer that is no picture; `message` is the server's own sentence. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** The ready answer: `{ status, headers, blob, milliseconds, questions }`; `milliseconds` are the last question's.
 *
 * `onPending({ questions, wait })` is called before every wait of `wait` seconds.
 * Throws Refused, a TypeError where the server cannot be reached, an AbortError when `signal` says so. */
export async function watch(address, { signal, onPending }) {
  for (let questions = 1; ; questions += 1) {
    // "no-cache" revalidates: the facts shown are the server's of now, not those of a copy kept for 30 days.
    const asked = performance.now();
    const response = await fetch(address, { signal, headers: { Accept: ACCEPT }, cache: "no-cache" });
    if (response.status === LOCKED) {
      const wait = waitOf(response);
      onPending({ questions, wait });
      await pause(wait, signal);
      continue;
    }
    if (!response.ok) throw new Refused(await reason(response), response.status);
    const blob = await response.blob();
    const { status, headers } = response;
    return { status, headers, blob, milliseconds: performance.now() - asked, questions };
  }
}

function waitOf(response) {
  const seconds = Number(response.headers.get("Retry-After") ?? USUAL_WAIT);
  return seconds > 0 ? Math.min(seconds, LONGEST_WAIT) : USUAL_WAIT;
}

/** X-Cld-Error first: the body of a refused picture is empty. */
async function reason(response) {
  const said = response.headers.get("X-Cld-Error");
  if (said) return said;
  const isText = /^(text\/plain|application\/json)/.test(response.headers.get("Content-Type") ?? "");
  const text = isText ? (await response.text()).slice(0, 300) : "";
  return text || response.statusText || "The server gave no reason.";
}

function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
  });
}
