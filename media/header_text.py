"""Any text as the value of an HTTP header: printable ASCII, the rest percent-encoded, bounded."""

from urllib.parse import quote

MAX_LENGTH = 1000


def header_text(text: str) -> str:
    """Whatever a client wrote into a URL cannot end a header line."""
    return quote(text[:MAX_LENGTH].replace("×", "x"), errors="replace", safe=" !\"#$%&'()*+,/:;<=>?@[]^`{|}~")
