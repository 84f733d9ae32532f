// What the plugins of @cloudinary/html ask for while a page loads: {"plugin": [url, …]} as JSON.
import { accessibility, lazyload, placeholder, responsive, serverSideSrc } from "@cloudinary/html/dist/index.esm.js";
import { Cloudinary } from "@cloudinary/url-gen";

const cloud = new Cloudinary({ cloud: { cloudName: "demo" }, url: { analytics: false } });
const src = (...plugins) => serverSideSrc(plugins, cloud.image("shoe"));
const built = {
  placeholder: [placeholder(), ...["vectorize", "pixelate", "blur", "predominant-color"].map((mode) => placeholder({ mode }))].map((each) => src(each)),
  accessibility: ["darkmode", "brightmode", "monochrome", "colorblind"].map((mode) => src(accessibility({ mode }))),
  responsive: [src(responsive({ steps: 100 })), src(responsive({ steps: [60, 120] }))],
  lazyload: [src(lazyload())],
};
process.stdout.write(JSON.stringify({ built, failed: {} }));
