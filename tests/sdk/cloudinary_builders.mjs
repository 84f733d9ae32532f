// Every function of @cloudinary/url-gen's action modules → the URLs it builds: {"module.name": [url, …]} as JSON.
// A function without a row here is called without arguments, so that one that a later version adds is built, too.
import { Cloudinary } from "@cloudinary/url-gen";
import * as adjust from "@cloudinary/url-gen/actions/adjust";
import * as animated from "@cloudinary/url-gen/actions/animated";
import * as border from "@cloudinary/url-gen/actions/border";
import * as conditional from "@cloudinary/url-gen/actions/conditional";
import * as customFunction from "@cloudinary/url-gen/actions/customFunction";
import * as delivery from "@cloudinary/url-gen/actions/delivery";
import * as effect from "@cloudinary/url-gen/actions/effect";
import * as namedTransformation from "@cloudinary/url-gen/actions/namedTransformation";
import * as overlay from "@cloudinary/url-gen/actions/overlay";
import * as psdTools from "@cloudinary/url-gen/actions/psdTools";
import * as reshape from "@cloudinary/url-gen/actions/reshape";
import * as resize from "@cloudinary/url-gen/actions/resize";
import * as rotate from "@cloudinary/url-gen/actions/rotate";
import * as roundCorners from "@cloudinary/url-gen/actions/roundCorners";
import * as transcode from "@cloudinary/url-gen/actions/transcode";
import * as underlay from "@cloudinary/url-gen/actions/underlay";
import * as variable from "@cloudinary/url-gen/actions/variable";
import * as videoEdit from "@cloudinary/url-gen/actions/videoEdit";
import { Qualifiers, Transformation } from "@cloudinary/url-gen";
import * as blends from "@cloudinary/url-gen/qualifiers/blendMode";
import { FocusOn } from "@cloudinary/url-gen/qualifiers/focusOn";
import { Position } from "@cloudinary/url-gen/qualifiers/position";
import { VideoCodec } from "@cloudinary/url-gen/qualifiers/videoCodec";
import { TextStyle } from "@cloudinary/url-gen/qualifiers/textStyle";

const {
  ArtisticFilter: filters, Background: background, Dither: dithers, GradientFade: gradientFades, Gravity: gravity,
  ImproveMode: improvements, OutlineMode: outlines, Quality: qualities, Region: regions, RotationMode: turns,
  SimulateColorBlind: blindness, Source: sources,
} = Qualifiers;
const modules = {
  adjust, animated, border, conditional, customFunction, delivery, effect, namedTransformation, overlay, psdTools,
  reshape, resize, rotate, roundCorners, transcode, underlay, variable, videoEdit,
};
const compass = (name) => gravity.compass(name);
const small = (make) => [make().width(40), make().width(40).height(30), make(40, 30)];
const text = (words) => sources.text(words, new TextStyle("Arial", 14).fontWeight("bold").textDecoration("underline"));
const layer = (module) => [
  module.source(sources.image("logo")),
  module.source(sources.image("logo").transformation(new Transformation().resize(resize.scale(20)).effect(effect.sepia()))),
  module.source(sources.image("logo")).position(new Position().gravity(compass("north_east")).offsetX(3).offsetY(4)),
  module.source(sources.image("logo")).blendMode(blends.screen()),
  module.source(text("Hello, you/me")),
  module.source(text("Hello").textColor("red").backgroundColor("yellow")),
];
const regionsOf = () => [regions.faces(), regions.custom().x(5).y(5).width(20).height(20)];

const rows = {
  "adjust.brightness": () => [adjust.brightness(), adjust.brightness().level(20)],
  "adjust.opacity": () => [adjust.opacity(30)],
  "adjust.improve": () => [adjust.improve(), adjust.improve().mode(improvements.indoor()).blend(50)],
  "adjust.replaceColor": () => [adjust.replaceColor("saddlebrown"), adjust.replaceColor("red").fromColor("blue").tolerance(20)],
  "adjust.recolor": () => [adjust.recolor([[0.3, 0.7, 0.1], [0.3, 0.6, 0.1], [0.2, 0.5, 0.1]])],
  "adjust.fillLight": () => [adjust.fillLight(), adjust.fillLight().blend(30).bias(20)],
  "adjust.by3dLut": () => [adjust.by3dLut("iwltbap_aspen.3dl")],
  "adjust.tint": () => [adjust.tint(), adjust.tint("100:red:blue:yellow")],
  "adjust.unsharpMask": () => [adjust.unsharpMask().strength(200)],
  "animated.edit": () => [animated.edit().delay(200).loop(3), animated.edit().delay(100)],
  "border.solid": () => [border.solid(5, "red"), border.solid(3, "#ff880080").roundCorners(roundCorners.byRadius(12))],
  "conditional.ifCondition": () => [
    conditional.ifCondition("width > 50", new Transformation().effect(effect.sepia())),
    conditional.ifCondition("faceCount = 0", new Transformation().resize(resize.scale(30)))
      .otherwise(new Transformation().effect(effect.negate())),
  ],
  "customFunction.remote": () => [customFunction.remote("https://example.com/f")],
  "customFunction.wasm": () => [customFunction.wasm("f.wasm")],
  "delivery.format": () => ["webp", "avif", "auto", "png", "gif", "jpg", "tiff", "bmp", "ico"].map((name) => delivery.format(name)),
  "delivery.dpr": () => [delivery.dpr("2.0"), delivery.dpr("auto")],
  "delivery.density": () => [delivery.density(150)],
  "delivery.defaultImage": () => [delivery.defaultImage("logo.png")],
  "delivery.colorSpace": () => ["srgb", "cmyk", "no_cmyk", "tinysrgb", "keep_cmyk"].map((name) => delivery.colorSpace(name)),
  "delivery.colorSpaceFromICC": () => [delivery.colorSpaceFromICC("ours.icc")],
  "delivery.quality": () => [delivery.quality(60), delivery.quality("auto"), delivery.quality(qualities.autoLow()),
    delivery.quality("auto:best").chromaSubSampling("444")],
  "effect.pixelate": () => [effect.pixelate(), effect.pixelate().squareSize(8), ...regionsOf().map((each) => effect.pixelate(8).region(each))],
  "effect.blur": () => [effect.blur(), effect.blur().strength(300), ...regionsOf().map((each) => effect.blur(300).region(each))],
  "effect.loop": () => [effect.loop(), effect.loop(3)],
  "effect.makeTransparent": () => [effect.makeTransparent(), effect.makeTransparent().tolerance(20).colorToReplace("red")],
  "effect.vignette": () => [effect.vignette(), effect.vignette().strength(30)],
  "effect.blackwhite": () => [effect.blackwhite(), effect.blackwhite().threshold(40)],
  "effect.sepia": () => [effect.sepia(), effect.sepia(40)],
  "effect.shadow": () => [effect.shadow(), effect.shadow().strength(60).color("green").offsetX(5).offsetY(5)],
  "effect.colorize": () => [effect.colorize().level(50).color("green")],
  "effect.oilPaint": () => [effect.oilPaint(), effect.oilPaint().strength(60)],
  "effect.artisticFilter": () => Object.values(filters).map((make) => effect.artisticFilter(make())),
  "effect.cartoonify": () => [effect.cartoonify(), effect.cartoonify().lineStrength(30).colorReductionLevel(40), effect.cartoonify().blackwhite()],
  "effect.outline": () => [effect.outline(), effect.outline().mode(outlines.outer()).width(5).color("red").blurLevel(20)],
  "effect.styleTransfer": () => [effect.styleTransfer(sources.image("logo")).strength(40)],
  "effect.gradientFade": () => [effect.gradientFade(), effect.gradientFade().strength(30).type(gradientFades.symmetric()).horizontalStartPoint(0.2).verticalStartPoint(0.3)],
  "effect.vectorize": () => [effect.vectorize(), effect.vectorize().numOfColors(4).detailsLevel(0.5).despeckleLevel(5).cornersLevel(40).paths(60)],
  "effect.assistColorBlind": () => [effect.assistColorBlind(), effect.assistColorBlind().xray(), effect.assistColorBlind().stripesStrength(20)],
  "effect.simulateColorBlind": () => [effect.simulateColorBlind(), ...["deuteranopia", "protanopia", "tritanopia", "tritanomaly", "deuteranomaly", "coneMonochromacy", "rodMonochromacy"]
    .map((name) => effect.simulateColorBlind().condition(blindness[name]()))],
  "effect.transition": () => [effect.transition(sources.video("dog"))],
  "effect.dither": () => [effect.dither(), effect.dither().type(dithers.halftone4x4Orthogonal())],
  "effect.removeBackground": () => [effect.removeBackground(), effect.removeBackground().screen(), effect.removeBackground().colorToRemove("red")],
  "effect.backgroundRemoval": () => [effect.backgroundRemoval(), effect.backgroundRemoval().fineEdges(), effect.backgroundRemoval().hints(["cat"])],
  "effect.dropShadow": () => [effect.dropShadow(), effect.dropShadow().azimuth(200).elevation(30).spread(40)],
  "effect.generativeRemove": () => [effect.generativeRemove().prompt("cat")],
  "effect.generativeReplace": () => [effect.generativeReplace().from("cat").to("dog")],
  "effect.generativeBackgroundReplace": () => [effect.generativeBackgroundReplace(), effect.generativeBackgroundReplace().prompt("a beach")],
  "effect.generativeRecolor": () => [effect.generativeRecolor("car", "red")],
  "effect.theme": () => [effect.theme("black").photosensitivity(110)],
  "effect.extract": () => [effect.extract("cat")],
  "namedTransformation.name": () => [namedTransformation.name("card")],
  "overlay.source": () => layer(overlay),
  "underlay.source": () => layer(underlay),
  "psdTools.getLayer": () => [psdTools.getLayer().byIndex(1), psdTools.getLayer().byName("Sky")],
  "psdTools.smartObject": () => [psdTools.smartObject().byIndex(1)],
  "psdTools.clip": () => [psdTools.clip(), psdTools.clip().byName("path"), psdTools.clip().evenOdd()],
  "reshape.cutByImage": () => [reshape.cutByImage(sources.image("logo"))],
  "reshape.distortArc": () => [reshape.distortArc(120)],
  "reshape.distort": () => [reshape.distort([5, 5, 70, 10, 75, 50, 0, 60])],
  "reshape.shear": () => [reshape.shear(20, 0)],
  "reshape.trim": () => [reshape.trim(), reshape.trim().colorSimilarity(30).colorOverride("white")],
  "rotate.byAngle": () => [rotate.byAngle(30), rotate.byAngle(90)],
  "rotate.mode": () => Object.values(turns).filter((make) => typeof make === "function").map((make) => rotate.mode(make())),
  "roundCorners.byRadius": () => [roundCorners.byRadius(10), roundCorners.byRadius(10, 20), roundCorners.byRadius(1, 2, 3, 4)],
  "resize.crop": () => [...small(resize.crop), resize.crop(40, 30).x(5).y(6), resize.crop(40, 30).gravity(compass("north_east"))],
  "resize.fill": () => [...small(resize.fill), resize.fill(40, 30).gravity(gravity.autoGravity()), resize.fill(40).aspectRatio("1:1"),
    resize.fill(40, 30).gravity(gravity.focusOn(FocusOn.faces())), resize.fill(40, 30).relative()],
  "resize.pad": () => [...small(resize.pad), resize.pad(60, 80).background(background.auto()), resize.pad(60, 80).background(background.color("coral")),
    resize.pad(60, 80).background(background.blurred()), resize.pad(60, 80).background(background.border()), resize.pad(60, 80).background(background.predominant()),
    resize.pad(60, 80).background(background.borderGradient()), resize.pad(60, 80).background(background.predominantGradient())],
  "resize.thumbnail": () => [...small(resize.thumbnail), resize.thumbnail(40, 40).gravity(gravity.focusOn(FocusOn.face())).zoom(0.8)],
  "resize.auto": () => [resize.auto(40, 30), resize.auto(40, 30).gravity(gravity.autoGravity())],
  "resize.autoPad": () => [resize.autoPad(40, 30).gravity(gravity.autoGravity())],
  "transcode.audioCodec": () => [transcode.audioCodec("aac")],
  "transcode.bitRate": () => [transcode.bitRate("250k")],
  "transcode.audioFrequency": () => [transcode.audioFrequency(22050)],
  "transcode.fps": () => [transcode.fps(24)],
  "transcode.fpsRange": () => [transcode.fpsRange(10, 24)],
  "transcode.keyframeInterval": () => [transcode.keyframeInterval(2)],
  "transcode.streamingProfile": () => [transcode.streamingProfile("hd")],
  "transcode.toAnimated": () => [transcode.toAnimated("webp"), transcode.toAnimated().delay(200)],
  "transcode.videoCodec": () => [transcode.videoCodec(VideoCodec.auto())],
  "variable.set": () => [variable.set("foo", 30)],
  "variable.setFloat": () => [variable.setFloat("foo", 3.5)],
  "variable.setString": () => [variable.setString("foo", "bar")],
  "variable.setInteger": () => [variable.setInteger("foo", 3)],
  "variable.setAssetReference": () => [variable.setAssetReference("foo", "logo")],
  "variable.setFromContext": () => [variable.setFromContext("foo", "alt")],
  "variable.setFromMetadata": () => [variable.setFromMetadata("foo", "alt")],
  "videoEdit.concatenate": () => [videoEdit.concatenate(sources.image("logo"))],
  "videoEdit.trim": () => [videoEdit.trim().startOffset(1).endOffset(2)],
  "videoEdit.volume": () => [videoEdit.volume(50)],
  "videoEdit.preview": () => [videoEdit.preview().duration(2)],
};

const cloud = new Cloudinary({ cloud: { cloudName: "demo" }, url: { analytics: false } });
const built = {};
const failed = {};
for (const [module, exported] of Object.entries(modules)) {
  for (const [name, make] of Object.entries(exported)) {
    // Classes and the objects that collect a module's functions are no builders.
    if (typeof make !== "function" || name[0] !== name[0].toLowerCase()) continue;
    const key = `${module}.${name}`;
    try {
      const actions = key in rows ? rows[key]() : module === "resize" ? small(make) : [make()];
      built[key] = actions.map((action) => cloud.image("shoe").addAction(action).toURL());
    } catch (error) {
      failed[key] = String(error);
    }
  }
}
const unknown = Object.keys(rows).filter((key) => !(key in built));
process.stdout.write(JSON.stringify({ built, failed, unknown }));
