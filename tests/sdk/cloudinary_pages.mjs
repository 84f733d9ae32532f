// Every property of CldImage (@cloudinary-util/url-loader) → the URLs it makes, as JSON: {"property": [url, …]}.
// ORIGIN, of the environment, is where pictures may be fetched from. A property without a row here is listed in `missing`, so that one that a later version adds is seen.
import { constructCloudinaryUrl, transformationPlugins } from "@cloudinary-util/url-loader";

const flat = (name) => [{ [name]: true }, { [name]: "20" }];
const rows = {
  // Levels that may be left out, and ones that are given.
  ...Object.fromEntries(["autoBrightness", "autoColor", "autoContrast", "blackwhite", "blur", "blurFaces", "blurRegion",
    "brightness", "brightnessHSB", "contrast", "fillLight", "gamma", "gradientFade", "hue", "oilPaint",
    "outline", "pixelate", "pixelateFaces", "pixelateRegion", "saturation", "sepia", "sharpen", "trim",
    "unsharpMask", "vibrance", "vignette", "loop", "noise", "shadow"].map((name) => [name, flat(name)])),
  ...Object.fromEntries(["multiply", "screen", "grayscale", "negate", "redeye", "enhance", "restore", "removeBackground", "sanitize"]
    .map((name) => [name, [{ [name]: true }]])),
  opacity: [{ opacity: 30 }, { opacity: "30" }],
  angle: [{ angle: 45 }, { angle: "auto_right" }],
  art: [{ art: "zorro" }],
  assistColorblind: [{ assistColorblind: true }, { assistColorblind: "xray" }],
  background: [{ background: "blue" }],
  border: [{ border: "5px_solid_purple" }],
  cartoonify: [{ cartoonify: true }, { cartoonify: "30:40" }],
  color: [{ color: "red" }, { effects: [{ color: "blue", colorize: "40" }] }],
  colorize: [{ colorize: "35,co_darkviolet" }],
  displace: [{ displace: "5:5:70:10:75:50:0:60" }],
  distort: [{ distort: "5:5:70:10:75:50:0:60" }, { distort: "arc:120" }],
  effects: [{ effects: [{ sepia: true }, { blur: "200", opacity: 60 }] }],
  improve: [{ improve: true }, { improve: "indoor:40" }],
  radius: [{ radius: 20 }, { radius: "max" }, { radius: "5:10:15:20" }],
  replaceColor: [{ replaceColor: "saddlebrown:20:blue" }],
  shear: [{ shear: "20:0" }],
  simulateColorblind: [{ simulateColorblind: true }, { simulateColorblind: "tritanopia" }],
  tint: [{ tint: true }, { tint: "100:red:blue:yellow" }],
  vectorize: [{ vectorize: true }, { vectorize: "3:0.5" }, { vectorize: true, format: "svg" }],
  extract: [{ extract: "cat" }],
  recolor: [{ recolor: ["car", "blue"] }],
  remove: [{ remove: "cat" }, { remove: { region: [[10, 20, 30, 40]] } }],
  replace: [{ replace: ["cat", "dog"] }],
  replaceBackground: [{ replaceBackground: true }, { replaceBackground: "a beach" }],
  fillBackground: [{ fillBackground: true, width: 80, height: 80 }],
  aspectRatio: [{ aspectRatio: "16:9", crop: "fill", width: 60 }],
  crop: ["auto", "auto_pad", "crop", "fill", "fill_pad", "fit", "imagga_crop", "imagga_scale", "lfill", "limit", "lpad", "mfit", "mpad",
    "pad", "scale", "thumb"].map((crop) => ({ crop, width: 40, height: 30 })).concat([
    { crop: { type: "thumb", source: true, width: 60, height: 40 }, width: 30 },
    { crop: [{ type: "fill", width: 60, height: 60, source: true }, { type: "scale", width: 20 }] }]),
  gravity: ["auto", "face", "faces", "center", "north_west"].map((gravity) => ({ gravity, crop: "fill", width: 40, height: 40 })),
  zoom: [{ zoom: "0.8", crop: "thumb", gravity: "face", width: 40, height: 40 }],
  width: [{ width: 40 }, { width: "40", height: "30" }],
  height: [{ width: 40, height: 30, crop: "fill" }],
  preserveTransformations: [{ preserveTransformations: true, src: "https://res.cloudinary.com/demo/image/upload/c_limit,w_60/f_auto/q_auto/v1/shoe" }],
  rawTransformations: [{ rawTransformations: ["e_sepia", "w_40"] }, { rawTransformations: "e_blur:300" }],
  streamingProfile: [{ streamingProfile: "hd" }],
  defaultImage: [{ defaultImage: "logo.png" }, { defaultImage: "logo.png", src: "none" }],
  flags: [{ flags: ["keep_iptc", "progressive"] }, { flags: "lossy" }, { flags: { attachment: "shoe" } }],
  overlays: [
    { overlays: [{ publicId: "logo", width: 30, crop: "scale", position: { gravity: "north_east", x: 3, y: 4, angle: 20 },
      effects: [{ opacity: 50, sepia: true }], flags: ["relative"], appliedFlags: ["tiled"], appliedEffects: [{ multiply: true }] }] },
    { overlays: [{ url: `${process.env.ORIGIN}/input.jpg` }] },
    { overlays: [{ text: { text: "Hello, you/me", fontFamily: "Arial", fontSize: 14, fontWeight: "bold", color: "red", border: "2px_solid_blue",
      alignment: "center", antialias: "best", background: "yellow", letterSpacing: 2, lineSpacing: 3, stroke: true, textDecoration: "underline" }, width: 60 }] },
  ],
  text: [{ text: "Hello" }, { text: { text: "Hello", fontSize: 20, color: "white" } }],
  namedTransformations: [{ namedTransformations: ["card"] }],
  transformations: [{ transformations: ["card"] }],
  seoSuffix: [{ seoSuffix: "blue-shoe" }],
  underlay: [{ underlay: "logo" }],
  underlays: [{ underlays: [{ publicId: "logo", width: "1.0", height: "1.0", crop: "fill", flags: ["relative"] }] }],
  version: [{ version: 1 }],
  zoompan: [{ zoompan: true }, { zoompan: "loop" }, { zoompan: "ztl;du_1;fps_4" },
    { zoompan: { loop: 2, options: "to_(g_auto;zoom_1.4);du_1;fps_4" }, width: 40 }],
  // Not of the plugins: the component's own.
  quality: [{ quality: "auto:low" }, { quality: 60 }, { quality: "default" }],
  format: ["auto", "avif", "webp", "png", "default", "auto:animated"].map((format) => ({ format })),
  dpr: [{ dpr: "2.0" }, { dpr: 2, width: 30 }],
};

const properties = transformationPlugins.flatMap((plugin) => Object.keys(plugin.props));
const built = {};
const failed = {};
for (const [name, samples] of Object.entries(rows)) {
  built[name] = [];
  for (const options of samples) {
    try {
      built[name].push(constructCloudinaryUrl({ options: { src: "shoe", ...options }, config: { cloud: { cloudName: "demo" } } }));
    } catch (error) {
      failed[name] = String(error);
    }
  }
}
const missing = properties.filter((name) => !(name in rows));
process.stdout.write(JSON.stringify({ built, failed, missing }));
