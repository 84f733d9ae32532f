// Uploadcare's JavaScript clients, unmodified but for the host. Arguments: server, receiver, origin, photograph, and the
// folders of both clients.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [server, hook, origin, photoFile, uploadFolder, restFolder] = process.argv.slice(2);
const load = (folder, name) =>
  import(pathToFileURL(path.join(folder, "node_modules", "@uploadcare", name, "dist", "esm", "index.node.mjs")));
const uploads = await load(uploadFolder, "upload-client");
const rest = await load(restFolder, "rest-client");

const publicKey = "demopublickey";
const secretKey = "demo-project-secret";
const photo = fs.readFileSync(photoFile);
const settings = { publicKey, baseURL: server, baseCDN: server };
const signed = {
  apiBaseURL: `${server}/`,
  authSchema: new rest.UploadcareAuthSchema({ publicKey, secretKey }),
  retryNetworkErrorMaxTimes: 0,
};
const simple = { ...signed, authSchema: new rest.UploadcareSimpleAuthSchema({ publicKey, secretKey }) };
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const upload = (options = {}) => uploads.uploadFile(photo, { ...settings, fileName: "cat.jpg", ...options });
const rejected = async (call) => {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("the call was accepted");
};

const steps = {
  async "a file is uploaded, told of and found"() {
    const file = await upload({ store: true, metadata: { pet: "cat" }, tags: ["red"] });
    assert.deepEqual([file.name, file.isImage, file.isStored, file.mimeType], ["cat.jpg", true, true, "image/jpeg"]);
    assert.deepEqual([file.metadata, file.tags, file.size], [{ pet: "cat" }, ["red"], photo.length]);
    assert.equal(file.cdnUrl, `${server}/${file.uuid}/`);
    const again = await uploads.uploadFile(file.uuid, settings);
    assert.equal(again.size, photo.length);
  },

  async "a large file comes in parts, several at once"() {
    const body = Buffer.alloc(11 * 1024 * 1024, "x");
    const file = await uploads.uploadFile(body, { ...settings, multipartMinFileSize: 1024, fileName: "x.txt" });
    assert.deepEqual([file.size, file.isImage, file.mimeType], [body.length, false, "text/plain"]);
    const picture = await upload({ multipartMinFileSize: 1 });
    assert.equal(picture.isImage, true);
  },

  async "an address is fetched while the client polls"() {
    const begun = await uploads.fromUrl(`${origin}/input.jpg`, { ...settings, saveUrlForRecurrentUploads: true });
    assert.equal(begun.type, "token");
    let status;
    do {
      await pause(100);
      status = await uploads.fromUrlStatus(begun.token, settings);
    } while (status.status === "progress" || status.status === "waiting");
    assert.deepEqual([status.status, status.isImage], ["success", true]);
    const known = await uploads.fromUrl(`${origin}/input.jpg`, { ...settings, checkForUrlDuplicates: true });
    assert.deepEqual([known.type, known.uuid], ["file_info", status.uuid]);
  },

  async "groups keep their files"() {
    const files = [await upload(), await upload()];
    const group = await uploads.group(files.map((file) => file.uuid), settings);
    assert.equal(group.filesCount, 2);
    const told = await uploads.groupInfo(group.id, settings);
    assert.deepEqual(told.files.map((file) => file.uuid), files.map((file) => file.uuid));
    const listed = await rest.listOfGroups({ limit: 100 }, signed);
    assert.ok(listed.results.some((each) => each.id === group.id));
    await rest.deleteGroup({ uuid: group.id }, signed);
    assert.equal((await rejected(rest.groupInfo({ uuid: group.id }, signed))).status, 404);
  },

  async "errors are told by their codes"() {
    const unknown = await rejected(uploads.base(photo, { ...settings, publicKey: "nobody" }));
    assert.deepEqual([unknown.code, unknown.message], ["ProjectPublicKeyInvalidError", "UPLOADCARE_PUB_KEY is invalid."]);
    const unsigned = await rejected(uploads.base(photo, { ...settings, secureSignature: "0", secureExpire: "1" }));
    assert.equal(unsigned.code, "SignatureInvalidError");
    const missing = await rejected(rest.fileInfo({ uuid: "00000000-0000-0000-0000-000000000000" }, signed));
    assert.deepEqual([missing.status, missing.message], [404, "[404 Not Found] Not found."]);
    const fault = await rejected(rest.createWebhook({ targetUrl: "hooks", event: "file.uploaded" }, signed));
    assert.ok(fault.errors.targetUrl[0].startsWith("Enter a valid URL."));
  },

  async "files are told, listed, stored and deleted, by either scheme"() {
    const file = await upload({ store: false });
    for (const how of [signed, simple]) {
      const told = await rest.fileInfo({ uuid: file.uuid, include: "appdata" }, how);
      assert.deepEqual([told.uuid, told.datetimeStored, told.appdata], [file.uuid, null, {}]);
    }
    assert.ok((await rest.storeFile({ uuid: file.uuid }, signed)).datetimeStored);
    const copied = await rest.copyFileToLocalStorage({ source: file.uuid, store: true, metadata: { a: "1" } }, signed);
    assert.deepEqual([copied.type, copied.result.metadata], ["file", { a: "1" }]);
    const stored = await rest.storeFiles({ uuids: [file.uuid, copied.result.uuid] }, signed);
    assert.equal(stored.result.length, 2);
    const pages = rest.paginate(rest.listOfFiles)({ limit: 2, ordering: "-datetime_uploaded" }, signed);
    const first = (await pages.next()).value;
    const second = (await pages.next()).value;
    assert.equal(first.results[0].uuid, copied.result.uuid);
    assert.ok(second.results.length && second.results[0].uuid !== first.results[1].uuid);
    assert.ok((await rest.deleteFile({ uuid: file.uuid }, signed)).datetimeRemoved);
    const gone = await rest.deleteFiles({ uuids: [copied.result.uuid, file.uuid] }, signed);
    assert.deepEqual(gone.problems, { [file.uuid]: "Missing in the project" });
  },

  async "metadata and tags are edited"() {
    const { uuid } = await upload();
    assert.equal(await rest.updateMetadata({ uuid, key: "pet", value: "cat" }, signed), "cat");
    assert.equal(await rest.getMetadataValue({ uuid, key: "pet" }, signed), "cat");
    assert.deepEqual(await rest.getMetadata({ uuid }, signed), { pet: "cat" });
    await rest.deleteMetadata({ uuid, key: "pet" }, signed);
    assert.deepEqual((await rest.replaceTags({ uuid, tags: ["a", "b"] }, signed)).added, ["a", "b"]);
    assert.deepEqual((await rest.updateTags({ uuid, add: ["c"], delete: ["a"] }, signed)).tags, ["b", "c"]);
    assert.deepEqual((await rest.getTags({ uuid }, signed)).tags, ["b", "c"]);
  },

  async "files are searched"() {
    const { uuid } = await upload({ tags: ["node-search"] });
    const options = { tags: { all: ["node-search"] }, isImage: true, sort: [{ field: "datetimeUploaded", order: "desc" }] };
    const page = await rest.searchFiles(options, signed);
    assert.deepEqual(page.results.map((file) => file.uuid), [uuid]);
    const fault = await rejected(rest.searchFiles({ query: "abc" }, signed));
    assert.deepEqual(fault.errors, { query: ["Must be at least 4 characters."] });
  },

  async "a background is removed and its result told"() {
    const { uuid } = await upload();
    let requestId, fileId;
    const result = await rest.addonJobPoller(
      {
        addonName: rest.AddonName.REMOVE_BG, target: uuid, params: { crop: true, type_level: "1" },
        pollOptions: { interval: 200 },
        onRun: (response) => { requestId = response.requestId; },
        onStatus: (status) => { fileId = status.result?.fileId ?? fileId; },
      },
      signed,
    );
    assert.deepEqual([result.error, result.result.version, typeof requestId], [false, "1.0", "string"]);
    assert.ok(["person", "product", "animal", "car", "other"].includes(result.result.data.foreground_type));
    const made = await rest.fileInfo({ uuid: fileId }, signed);
    assert.deepEqual([made.mimeType, made.contentInfo.image.colorMode], ["image/png", "RGBA"]);
  },

  async "webhooks are made, changed and taken back"() {
    const made = await rest.createWebhook({ targetUrl: hook, event: "file.uploaded", signingSecret: "s3cret" }, signed);
    assert.deepEqual([made.isActive, made.signingSecret], [true, "s3cret"]);
    const { uuid } = await upload();
    console.log(`UPLOADED ${uuid}`);
    const changed = await rest.updateWebhook({ id: made.id, isActive: false, targetUrl: hook, event: "file.stored" }, signed);
    assert.equal(changed.isActive, false);
    assert.equal((await rest.listOfWebhooks({}, signed)).length, 1);
    await rest.deleteWebhook({ targetUrl: hook }, signed);
    assert.equal((await rest.listOfWebhooks({}, signed)).length, 0);
  },

  async "conversions are refused by name"() {
    const path_ = `${(await upload()).uuid}/video/-/format/mp4/`;
    const answer = await rest.convert({ type: rest.ConversionType.VIDEO, paths: [path_], store: false }, signed);
    assert.deepEqual(answer.problems, { [path_]: "This server converts no videos." });
  },
};

for (const [name, step] of Object.entries(steps)) {
  try {
    await step();
  } catch (error) {
    console.error(`FAILED: ${name}`);
    console.error(error);
    process.exit(1);
  }
}
console.log("ALL STEPS PASSED");
process.exit(0);
