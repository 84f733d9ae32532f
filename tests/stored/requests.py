"""What is asked of the server that makes the stored DATA_DIR, and asked again of today's.

A row is a path, optionally with request headers behind it: ``("/demo/…", {"Accept": "image/webp"})``.
"""

from collections.abc import Iterator

#: The origin that is fetched from while the DATA_DIR is made. Nobody listens there when it is served again.
ORIGIN_PORT = 18437
ORIGIN = f"http://127.0.0.1:{ORIGIN_PORT}"
IMAGE = "/demo/image/upload"
BROWSERS = {
    "modern": "image/avif,image/webp,*/*",
    "webp": "image/webp,*/*",
    "plain": "*/*",
}
KEY = {"X-Api-Key": "demo-key"}

FORMATS = ("jpg", "png", "webp", "avif", "gif", "tiff", "bmp", "ico", "jp2", "pdf", "eps")
CROPS = (
    "scale", "fit", "limit", "mfit", "fill", "lfill", "fill_pad", "pad", "lpad", "mpad", "crop", "thumb", "auto",
    "auto_pad", "imagga_crop", "imagga_scale",
)  # fmt: skip
EFFECTS = (
    "art:zorro", "assist_colorblind", "auto_brightness", "auto_color", "auto_contrast", "bgremoval", "blackwhite",
    "blue:40", "blur:300", "blur_faces", "blur_region,x_4,y_4,w_20,h_20", "brightness:30", "brightness_hsb:-20",
    "cartoonify", "colorize:40,co_green", "contrast:50", "distort:5:5:70:10:75:50:0:60", "distort:arc:90", "dither:4",
    "dropshadow:azimuth_215", "fill_light", "gamma:50", "gradient_fade:40", "grayscale", "green:30", "hue:40",
    "improve:outdoor", "make_transparent:20", "morphology:method_dilate", "negate", "oil_paint:20",
    "opacity_threshold:50", "ordered_dither:2", "outline:5,co_blue", "pixelate:8", "pixelate_faces", "redeye",
    "pixelate_region:6,x_2,y_2,w_30,h_30", "recolor:0.3:0.6:0.1:0.3:0.6:0.1:0.3:0.6:0.1", "red:20",
    "replace_color:maroon:60:green", "saturation:-50", "sepia:60", "shadow,x_5,y_5,co_rgb:444444", "sharpen:100",
    "shear:10:0", "simulate_colorblind:tritanopia", "theme:color_black", "tint:60:red:blue", "trim:20",
    "unsharp_mask:100", "vectorize:colors:4", "vibrance:60", "vignette:40",
)  # fmt: skip
CUTOUTS = (
    "e_background_removal/disc.png", "e_background_removal:hints_person/disc.png",
    "e_background_removal:fineedges_y/disc.png", "e_background_removal/c_pad,w_60,h_60,b_coral/disc.webp",
    "e_background_removal/c_fill,w_30,h_50,g_auto/disc.webp", "e_background_removal/e_dropshadow/w_60/disc.webp",
    "e_background_removal/e_trim/c_fit,w_40,h_40/disc.webp", "e_background_removal/e_outline:3,co_red/w_50/disc.png",
    "e_background_removal/c_thumb,w_40,h_40,z_0.8/b_white/disc.jpg",
    "e_background_removal/u_logo,c_fill,w_1.0,h_1.0,fl_relative/fl_layer_apply/w_60/disc.webp",
    "e_background_removal:fineedges_y/e_negate/w_40/disc.webp",
)  # fmt: skip
SCENES = (
    "c_fill,g_auto,w_40,h_60/disc.webp", "c_fill,g_face,w_40,h_40/disc.webp", "c_thumb,g_faces,w_40,h_40/disc.webp",
    "c_fill,g_auto:cat_30,w_30,h_60/disc.webp", "c_crop,g_cat,w_40,h_40/disc.webp", "c_auto,g_auto,w_50,h_30/disc.webp",
    "if_fc_gt_0/e_sepia/if_else/e_negate/if_end/w_40/disc.webp",
)  # fmt: skip
LAYERS = (
    "w_80/l_logo/fl_layer_apply,g_south_east,x_3,y_3/disc.webp",
    "w_80/l_text:Arial_14_bold:Hello,co_white/fl_layer_apply,g_north/disc.webp",
    "w_80/l_text:Courier_12_italic_underline_center_line_spacing_4:Two%0Alines,w_60,c_fit,b_black/disc.webp",
    "w_80/l_logo,e_screen,o_60/fl_layer_apply,fl_tiled/disc.webp", "w_60/u_logo,w_60/fl_layer_apply/cut.webp",
    "w_80/l_logo/e_sepia/a_20/fl_layer_apply,e_multiply,g_west/disc.webp", "w_80/l_logo,fl_cutter/disc.png",
    "w_80/l_fetch:aHR0cDovLzEyNy4wLjAuMToxODQzNy9kaXNjLmpwZw==,w_20/fl_layer_apply,g_center/disc.webp",
    "w_80/l_logo,e_mask/disc.png", "w_80/l_logo/e_displace,fl_layer_apply,x_5,y_5/disc.webp",
)  # fmt: skip
OTHERS = (
    "w_40,r_max/disc.png", "w_40,r_8:2:16/bo_2px_solid_red/disc.webp", "a_30,w_40/disc.webp", "a_hflip/w_40/disc.webp",
    "o_40,w_40/disc.png", "w_0.25,ar_16:9,c_fill,g_north/disc.webp", "x_10,y_8,w_40,h_30,c_crop/disc.jpg",
    "$size_30/$half_$size_div_2/w_$size,h_$half,c_fill/disc.webp", "if_w_gt_100_and_ar_gt_1/w_40/if_end/disc.webp",
    "if_!red!_in_tags/e_sepia/if_end/w_40/disc.webp", "$wide_ctx:!width!_to_i/w_$wide/disc.webp", "w_40,q_10/disc.jpg",
    "w_40,q_auto:eco/disc.webp", "w_40,q_60:444,fl_progressive/disc.jpg", "w_40,fl_png8/disc.png",
    "w_40,cs_srgb/disc.jpg", "dn_150,w_40/disc.png", "t_card/disc.webp", "t_card/t_grey/disc.webp",
    "w_40,d_disc.jpg/missing.webp", "pg_2,w_40/layers.webp", "w_40/layers.png", "pg_3/w_30/layers.jpg",
    "w_40/turned.jpg", "w_32/turns.gif", "w_32/turns.webp", "w_32/turns.jpg", "fl_apng,w_32/turns.png",
    "pg_2,w_32/turns.png", "dl_200,w_32/turns.gif", "e_negate,w_32/moving.gif", "fl_apng,w_32/moving.png",
    "w_32/film.webp", "w_32/film.gif", "w_24/small.bmp", "w_24/small.png", "disc.jpg", "disc", "w_41/v1/disc.jpg",
    "w_44/disc.webp", "w_48,h_36,c_fill/eager.webp", "e_sepia/w_30/eager.png", "w_40/kept.webp", "w_40/shop/inside.jpg",
    "w_40/cleaned.webp", "cleaned.png", "w_40/welcome.webp", "welcome.jpg",
)  # fmt: skip
CLOUDIMAGE = (
    "_pictures_/disc?w=48", "_pictures_/disc?w=48&h=48&func=crop&gravity=north", "_pictures_/disc?w=60&h=30&func=fit",
    "_pictures_/disc?w=40&force_format=webp&q=60", "_pictures_/disc?w=50&h=50&func=bound&radius=8&bg_colour=ff8800",
    "_pictures_/disc?w=50&bg_remove=1", "_pictures_/disc?w=50&h=40&func=cover&gravity=auto",
    "_pictures_/disc?w=50&blur=4&grey=1", "_pictures_/disc?r=90&w=40&sharp=1&contrast=20",
    "_pictures_/disc?w=60&wat=1&wat_text=Hi&wat_colour=white", "_pictures_/disc?w=40&trim=10&bright=15",
    f"{ORIGIN}/disc.jpg?w=44", f"{ORIGIN}/disc.jpg?p=card", "_pictures_/turns?w=20",
)  # fmt: skip

#: Read again as records: fields may be added to these documents, none may change.
DOCUMENTS = (
    "resources/image/upload/disc", "resources/image/upload/eager", "resources/image/upload/kept?versions=true",
    "resources/image/upload/shop/inside?related=1", "resources/image/upload/welcome", "resources/image/fetch",
    "resources/raw/upload/notes.txt", "resources/image", "resources/image/tags/red", "tags/image", "folders",
    "folders/shop", "transformations", "transformations/t_card", "upload_presets", "upload_presets/web", "triggers",
    "resources/by_asset_folder?asset_folder=shop/spring", "resources/image/upload/cleaned",
    "resources/search?expression=tags%3Dred",
)  # fmt: skip


def pictures() -> Iterator[tuple[str, dict[str, str]]]:
    """Every path whose answer is a picture, and its headers."""
    paths = [
        *(f"{IMAGE}/w_48/disc.{name}" for name in FORMATS),
        *(f"{IMAGE}/c_{name},w_50,h_50/disc.webp" for name in CROPS),
        *(f"{IMAGE}/w_80/e_{name}/disc.webp" for name in EFFECTS),
        *(f"{IMAGE}/{rest}" for rest in (*CUTOUTS, *SCENES, *LAYERS, *OTHERS)),
        f"/demo/image/fetch/w_40,f_webp/{ORIGIN}/disc.jpg",
        f"/demo/image/fetch/e_sepia/{ORIGIN}/disc.jpg",
        *(f"/v7/{rest}" for rest in CLOUDIMAGE),
    ]
    yield from ((path, {}) for path in paths)
    for accept in BROWSERS.values():
        yield f"{IMAGE}/w_46/f_auto/disc", {"Accept": accept}
        yield f"{IMAGE}/w_46/f_auto,q_auto/cut", {"Accept": accept}
        yield f"{IMAGE}/w_46/f_auto/turns", {"Accept": accept}
        yield f"{IMAGE}/e_background_removal/w_46/f_auto/disc", {"Accept": accept}
        yield "/v7/_pictures_/disc?w=47", {"Accept": accept}
    yield f"{IMAGE}/w_20,dpr_auto/disc.webp", {"Sec-CH-DPR": "2"}
    yield f"{IMAGE}/w_auto/disc.webp", {"Sec-CH-Width": "60"}
    yield f"{IMAGE}/w_46/f_auto/disc", {"Accept": BROWSERS["modern"], "Save-Data": "on"}
