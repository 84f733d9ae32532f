/* Addresses of one photo under one chain, in the forms of three vendors. */

import { components, tidy } from "./chain.js";
import { translate } from "./cloudimage.js";
import { translate as directives } from "./uploadcare.js";

export const CLOUD = "demo";

/** Characters that a path may hold as they are (RFC 3986 3.3); an escape that was typed stays one. */
const NOT_IN_PATH = /[^\w\-.~!$&'()*+,;=:@%/]+/gu;
const escapePath = (text) => text.replace(NOT_IN_PATH, encodeURIComponent);

/** `/demo/image/upload/<chain>/v<version>/<public id>` */
export function cloudinaryPath({ id, version, chain = "" }) {
  const name = id.split("/").map(encodeURIComponent).join("/");
  const parts = [CLOUD, "image", "upload", escapePath(tidy(chain)), version && `v${version}`, name];
  return `/${parts.filter(Boolean).join("/")}`;
}

/** `{ path, missing }`: Cloudimage names its source by address or alias; the alias `_demo_` stands for our cloud. */
export function cloudimagePath({ id, chain = "" }) {
  const { query, missing } = translate(chain);
  const name = id.split("/").map(encodeURIComponent).join("/");
  return { path: `/v7/_${CLOUD}_/${name}${query && `?${query}`}`, missing };
}

/** `{ path, missing }`: Uploadcare names its files by uuids, which an upload tells. */
export function uploadcarePath({ chain = "" }) {
  const { path, missing } = directives(chain);
  return { path: `/:uuid/${path}`, missing };
}

/** `size` in pixels, where known: a page that reserves the room does not jump. */
export function snippet(address, id, size) {
  const room = size ? ` width="${size.width}" height="${size.height}"` : "";
  return `<img src="${escapeAttribute(address)}"${room} alt="${escapeAttribute(id)}" loading="lazy">`;
}

export function needsRemoval(chain) {
  return components(chain).some((component) => /(^|,)e_background_removal/.test(component));
}

const escapeAttribute = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
