"""Random requests that reach further than "cannot be read"."""

from hypothesis import strategies as st

from proxy.dialects.cloudimage.grammar import KEYS

#: Texts that some parameter understands, so that random queries reach beyond "cannot be read".
WORDS = (
    "1", "0", "-1", "400", "1e9", "99999999999", "0.5", "NaN", "max", "auto", "smart", "face", "trim", "crop", "fit",
    "cropfit", "bound", "boundmin", "cover", "proxy", "north", "southeast", "10,20", "0.5c,0.25c", "50p,25p", "1:1",
    "16:9,4:3", "red", "456", "cccc30", "transparent", "webp,jpg", "_webp", "original", "hv", "0,0", "300,300", ",",
    "bright:15,grey", "hello", "south", "10p,10p", ":",
)  # fmt: skip
PARAMETERS = st.dictionaries(
    st.sampled_from(sorted(KEYS)), st.one_of(st.sampled_from(WORDS), st.text(max_size=20)), max_size=12
)
