/* Rows for the playground's pure modules; run by Node, or in the browser where there is no Node.
 * `failures(base)` imports the modules from below `base` and returns a sentence per row that is not met. */

const OFF = null;

/** text before, step, its options (OFF takes it out), text after */
const WRITES = [
  ["", "removal", { fine: false, hints: [] }, "e_background_removal"],
  ["", "removal", { fine: true, hints: [] }, "e_background_removal:fineedges_y"],
  ["f_auto", "removal", { fine: true, hints: ["cat", "dog"] }, "e_background_removal:hints_(cat;dog);fineedges_y/f_auto"],
  ["e_sepia", "removal", { fine: false, hints: [] }, "e_background_removal/e_sepia"],
  ["e_background_removal/e_sepia", "removal", OFF, "e_sepia"],
  ["e_background_removal/f_webp", "grayscale", {}, "e_background_removal/e_grayscale/f_webp"],
  ["e_grayscale", "crop", { width: 400, height: 300 }, "c_fill,g_auto,h_300,w_400/e_grayscale"],
  ["e_grayscale", "pad", { width: 4, height: 3, color: "#000000" }, "e_grayscale/b_black,c_pad,h_3,w_4"],
  ["c_fill,g_auto,h_300,w_400/r_9", "pad", { width: 5, height: 6, color: "#ffffff" }, "b_white,c_pad,h_6,w_5/r_9"],
  ["b_white/e_blur:300", "blur", { strength: 500 }, "b_white/e_blur:500"],
  ["r_max/e_blur", "blur", OFF, "r_max"],
  ["", "shadow", { azimuth: 215, elevation: 45, spread: 50 }, "e_dropshadow"],
  ["", "shadow", { azimuth: 180, elevation: 45, spread: 10 }, "e_dropshadow:azimuth_180;spread_10"],
  ["", "background", { color: "#f4f1ea" }, "b_rgb:f4f1ea"],
  ["", "corners", { radius: 40, full: true }, "r_max"],
  ["f_auto/q_auto", "output", { format: "webp", quality: "auto" }, "f_webp,q_auto"],
  ["e_sepia/f_auto", "output", { format: "", quality: "" }, "e_sepia"],
];

/** text, step, the options it is read as */
const READS = [
  ["", "removal", null],
  ["e_background_removal:fineedges_y:hints_(car;bus)", "removal", { fine: true, hints: ["car", "bus"] }],
  ["e_background_removal:hints_dining_table", "removal", { fine: false, hints: ["dining-table"] }],
  ["e_background_removal:hints_(unicorn)", "removal", null],
  ["w_400,h_300,c_fill,g_auto", "crop", { width: 400, height: 300 }],
  ["w_400,h_300,c_fill,g_face", "crop", null],
  ["c_pad,w_1,h_2,b_rgb:FFF", "pad", { width: 1, height: 2, color: "#ffffff" }],
  ["b_coral", "background", null],
  ["l_cat/e_grayscale/fl_layer_apply", "grayscale", null],
  ["l_cat/fl_layer_apply/e_grayscale", "grayscale", {}],
  ["q_auto:eco", "output", { format: "", quality: "auto:eco" }],
  [" / e_grayscale /\n", "grayscale", {}],
];

/** text, Cloudimage query, what has no equivalent */
const TRANSLATIONS = [
  ["", "", []],
  ["e_background_removal", "bg_remove=1", []],
  ["e_background_removal:hints_(cat);fineedges_y", "bg_remove=1", ["the hints (cat)", "fine edges"]],
  ["c_fill,g_auto,h_300,w_400/f_webp,q_60", "w=400&h=300&func=crop&gravity=auto&force_format=webp&q=60", []],
  ["b_black,c_pad,h_4,w_5/r_max", "w=5&h=4&func=fit&fit_enlarge=1&bg_color=000000&radius=max", ["transparent corners beside a colour"]],
  ["e_sepia/e_grayscale/e_dropshadow/q_auto:low", "gray=1", ["e_sepia", "e_dropshadow", "q_auto:low"]],
  ["e_blur:300/f_auto,q_auto", "blur=30&force_format=avif,webp,jpg&optipress=2", []],
  ["e_blur:2000", "blur=100", ["a blur above 1000"]],
  ["e_background_removal/r_9/f_auto", "bg_remove=1&radius=9&force_format=avif,webp,png", []],
];

/** photo, path in Cloudinary's form */
const PATHS = [
  [{ id: "cat" }, "/demo/image/upload/cat"],
  [{ id: "cat", version: "7", chain: "e_blur" }, "/demo/image/upload/e_blur/v7/cat"],
  [{ id: "a folder/ü?#", chain: "" }, "/demo/image/upload/a%20folder/%C3%BC%3F%23"],
  [{ id: "cat", chain: "l_text:Arial_20:a b%2C?" }, "/demo/image/upload/l_text:Arial_20:a%20b%2C%3F/cat"],
];

/** address fragment, what differs from the start */
const ADDRESSES = [
  ["", {}],
  ["#photo=a/b&version=7&zoom=4", { id: "a/b", version: "7", zoom: "4" }],
  ["#chain=", { chain: "" }],
  ["#chain=e_background_removal:hints_(cat%3Bdog)/f_auto", { chain: "e_background_removal:hints_(cat;dog)/f_auto" }],
  ["#zoom=99&ground=plaid&color=red&version=x", {}],
];

export async function failures(base) {
  const module = (name) => import(`${base}/${name}.js`);
  const [{ STEPS }, chain, { translate }, link, address] = await Promise.all(
    ["steps", "chain", "cloudimage", "link", "address"].map(module),
  );
  const step = (id) => STEPS.find((each) => each.id === id);
  const found = [];
  const expect = (what, actual, expected) => {
    const [a, b] = [actual, expected].map((value) => JSON.stringify(value));
    if (a !== b) found.push(`${what}: expected ${b}, got ${a}`);
  };
  for (const [before, id, options, after] of WRITES) expect(`write ${id} into "${before}"`, chain.write(before, step(id), options), after);
  for (const [text, id, options] of READS) expect(`read ${id} of "${text}"`, chain.read(text, step(id)), options);
  for (const [text, query, missing] of TRANSLATIONS) expect(`translate "${text}"`, translate(text), { query, missing });
  for (const [photo, path] of PATHS) expect(`path of ${JSON.stringify(photo)}`, link.cloudinaryPath(photo), path);
  for (const [fragment, changed] of ADDRESSES) {
    const state = address.readAddress(fragment);
    expect(`read "${fragment}"`, state, { ...address.START, ...changed });
    expect(`write and read "${fragment}"`, address.readAddress(address.writeAddress(state)), state);
  }
  for (const each of STEPS) {
    const text = each.write(each.defaults);
    if (text) expect(`round trip of ${each.id}`, chain.read(text, each), each.defaults);
  }
  return found;
}
