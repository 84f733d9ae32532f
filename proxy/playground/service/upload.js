/* Send a photo or a clip to the server by Cloudinary's unsigned upload. */

import { CLOUD } from "../language/link.js";

const PRESET = "playground";

/** Cloudinary's asset JSON. `onProgress` is told the sent part, 0…1. Rejects with an Error whose message is the server's. */
export function upload(file, onProgress, kind = "image") {
  const form = new FormData();
  form.append("upload_preset", PRESET);
  form.append("file", file);
  // XMLHttpRequest, because fetch() cannot tell how far an upload got.
  const request = new XMLHttpRequest();
  request.open("POST", `/v1_1/${CLOUD}/${kind}/upload`);
  request.responseType = "json";
  return new Promise((resolve, reject) => {
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onerror = () => reject(new Error("The server cannot be reached."));
    request.onload = () => (request.status === 200 ? resolve(request.response) : reject(new Error(reason(request))));
    request.send(form);
  });
}

function reason(request) {
  return request.response?.error?.message ?? `The server refused the file (${request.status}).`;
}
