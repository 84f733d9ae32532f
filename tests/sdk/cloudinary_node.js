// The official Cloudinary SDK for Node, unmodified but for the host. Arguments: server, receiver, folder of the SDK.
const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const [server, hook, sdk, photoFile] = process.argv.slice(2);
// The SDK decides between http and https when it is loaded.
process.env.CLOUDINARY_URL = `cloudinary://demo-key:demo-secret@demo?upload_prefix=${server}`;
const cloudinary = require(path.join(sdk, "node_modules", "cloudinary")).v2;
cloudinary.config({ secure: false, cname: new URL(server).host, upload_prefix: server });
const { uploader, api, utils } = cloudinary;

const rejected = async (call) => {
  try {
    await call;
  } catch (error) {
    return error.error || error;
  }
  throw new Error("the call was accepted");
};

// Our test server speaks plain HTTP; the SDK writes https unless each call says otherwise.
const address = (publicId, options) => cloudinary.url(publicId, { secure: false, ...options });
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const steps = {
  async "a file, a URL and a data URI are uploaded"() {
    const asset = await uploader.upload(photoFile, { public_id: "node/shoe", tags: ["a", "b"], context: { alt: "x|y" } });
    assert.deepEqual([asset.public_id, asset.tags, asset.context.custom.alt], ["node/shoe", ["a", "b"], "x|y"]);
    const far = await uploader.upload(asset.url, { public_id: "node/far" });
    assert.equal(far.etag, asset.etag);
    const inline = `data:image/jpeg;base64,${fs.readFileSync(photoFile).toString("base64")}`;
    assert.equal((await uploader.upload(inline, { public_id: "node/inline" })).etag, asset.etag);
    const answer = await fetch(address("node/shoe", { format: "jpg" }));
    assert.equal(answer.status, 200);
  },

  async "a large file comes in pieces"() {
    const file = path.join(os.tmpdir(), `cutout-${process.pid}.bin`);
    fs.writeFileSync(file, Buffer.alloc(250_000, "x"));
    const asset = await new Promise((resolve, reject) =>
      uploader.upload_large(file, { public_id: "node/large", chunk_size: 100_000, resource_type: "raw" },
        (error, result) => (error ? reject(error) : resolve(result))));
    fs.unlinkSync(file);
    assert.equal(asset.bytes, 250_000);
  },

  async "eager transformations, at once and by the worker"() {
    const now = await uploader.upload(photoFile, { public_id: "node/eager", eager: [{ width: 20, crop: "scale" }] });
    assert.equal(now.eager[0].width, 20);
    const later = await uploader.explicit("node/eager", {
      type: "upload", eager: [{ effect: "background_removal" }, { width: 30, crop: "scale" }], eager_async: true,
      eager_notification_url: hook,
    });
    assert.equal(later.eager[0].status, "processing");
    console.log(`BATCH ${later.batch_id}`);
  },

  async "explicit, tags, context, metadata, rename, destroy"() {
    await uploader.upload(photoFile, { public_id: "node/edit" });
    await uploader.add_tag("new", ["node/edit"]);
    await uploader.add_context({ k: "v" }, ["node/edit"]);
    await uploader.update_metadata({ m: "1" }, ["node/edit"]);
    const renamed = await uploader.rename("node/edit", "node/edited");
    assert.deepEqual([renamed.tags, renamed.context.custom, renamed.metadata], [["new"], { k: "v" }, { m: "1" }]);
    await uploader.remove_all_tags(["node/edited"]);
    assert.equal((await uploader.destroy("node/edited")).result, "ok");
    assert.equal((await rejected(api.resource("node/edited"))).http_code, 404);
  },

  async "2500 assets are listed with cursors"() {
    let found = 0;
    let cursor;
    do {
      const page = await api.resources({ type: "upload", prefix: "many/", max_results: 500, next_cursor: cursor });
      assert.ok(page.rate_limit_remaining < page.rate_limit_allowed);
      found += page.resources.length;
      cursor = page.next_cursor;
    } while (cursor);
    assert.equal(found, 2500);
    assert.equal((await api.resources_by_tag("stock", { max_results: 7 })).resources.length, 7);
    const search = await cloudinary.search.expression("public_id:many/0000*").max_results(20).execute();
    assert.equal(search.resources.length, 10);
  },

  async "an update removes the background, a restore brings it back"() {
    await uploader.upload(photoFile, { public_id: "node/removal" });
    const pending = await api.update("node/removal", { background_removal: "cloudinary_ai" });
    assert.equal(pending.info.background_removal.cloudinary_ai.status, "pending");
    let found = pending;
    for (let times = 0; times < 100 && found.info.background_removal.cloudinary_ai.status === "pending"; times++) {
      await pause(100);
      found = await api.resource("node/removal", { versions: true });
    }
    const { status, data } = found.info.background_removal.cloudinary_ai;
    assert.equal(status, "complete");
    assert.ok(data.confidence_score >= 0 && data.confidence_score <= 1);
    assert.equal(found.format, "png");
    const restored = await api.restore(["node/removal"], { versions: [found.versions[0].version_id] });
    assert.equal(restored["node/removal"].format, "jpg");
  },

  async "presets and named transformations"() {
    await api.create_upload_preset({ name: "node-preset", unsigned: true, tags: "p,q", folder: "node-folder" });
    assert.deepEqual((await api.upload_preset("node-preset")).settings.tags, ["p", "q"]);
    const made = await uploader.unsigned_upload(photoFile, "node-preset");
    assert.ok(made.public_id.startsWith("node-folder/"));
    await api.update_upload_preset("node-preset", { tags: "r" });
    await api.delete_upload_preset("node-preset");
    await api.create_transformation("node-small", { width: 25, crop: "scale" });
    assert.deepEqual((await api.transformation("node-small")).info, [{ crop: "scale", width: 25 }]);
    const answer = await fetch(address("node/shoe", { transformation: "node-small", format: "png" }));
    assert.equal(answer.status, 200);
    assert.equal((await api.resource("node/shoe")).derived.length, 1);
    await api.delete_transformation("node-small");
    await api.delete_resources_by_prefix("node-folder/");
  },

  async "a private file is downloaded by a signed link"() {
    await uploader.upload(photoFile, { public_id: "node/private", type: "private" });
    const answer = await fetch(utils.private_download_url("node/private", "jpg", { type: "private" }));
    assert.equal((await answer.arrayBuffer()).byteLength, fs.statSync(photoFile).size);
  },

  async "a signed URL with background removal is delivered"() {
    const url = address("node/shoe", {
      sign_url: true, format: "png", transformation: [{ effect: "background_removal" }, { width: 40, crop: "scale" }],
    });
    let answer = await fetch(url);
    for (let times = 0; times < 100 && answer.status === 423; times++) {
      await pause(100);
      answer = await fetch(url);
    }
    assert.equal(answer.status, 200);
    assert.equal((await fetch(url.replace("w_40", "w_41"))).status, 401);
  },

  async "errors arrive as the SDK's own"() {
    const wrong = await rejected(uploader.upload(photoFile, { ocr: "illegal" }));
    assert.equal(wrong.http_code, 400);
    assert.match(wrong.message, /Illegal value/);
    assert.equal((await rejected(api.create_transformation("", { width: 1 }))).http_code, 400);
    assert.equal((await rejected(api.ping({ api_secret: "wrong" }))).http_code, 401);
  },
};

(async () => {
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
      console.log(`ok ${name}`);
    } catch (error) {
      console.log(`FAILED ${name}: ${error.stack || JSON.stringify(error.error || error)}`);
      process.exitCode = 1;
    }
  }
})();
