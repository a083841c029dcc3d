# Holds a book that was added to against the original, with Python's own library,
# and prints what was added as JSON: a list of overlays.
import json, posixpath, re, sys, urllib.parse, zipfile
import xml.etree.ElementTree as ET

OPF, SMIL, OPS = "{http://www.idpf.org/2007/opf}", "{http://www.w3.org/ns/SMIL}", "{http://www.idpf.org/2007/ops}"
old, new = (zipfile.ZipFile(p) for p in sys.argv[1:])
with open(sys.argv[2], "rb") as f:
    head = f.read(58)
if head[30:] != b"mimetypeapplication/epub+zip" or new.testzip() is not None:
    sys.exit(f"the file begins with {head}, or is damaged")
before, after = ({n: z.read(n) for n in z.namelist() if not n.endswith("/")} for z in (old, new))
if len(after) != len(new.namelist()):
    sys.exit("a member is there twice")
opf = ET.fromstring(after["META-INF/container.xml"]).find(".//*[@full-path]").get("full-path")

TOKEN = re.compile(rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->|<[^>]*>|[^<]+", re.S)
SPAN = re.compile(rb'<(\w+:)?span id="narrate\d*-s\d+(w\d+)?">$')
LINK = re.compile(rb'<(\w+:)?link rel="stylesheet" type="text/css" href="[^"]*narrate\d*/style\.css"/>$')
ATTRIBUTE = re.compile(rb' (id="narrate\d*-e\d+"|media-overlay="narrate\d*-overlay-\d+")')


def stripped(name, new, old):
    """Whether old is what is left of new without what narrate adds."""
    at, stack, divided = 0, [], []
    for token in TOKEN.findall(new):
        plain = ATTRIBUTE.sub(b"", token)
        tag = re.match(rb"</?([\w:]+)", token)
        if SPAN.match(token):
            stack.append((tag[1], True))
        elif LINK.match(token):
            pass
        elif token.startswith(b"</"):
            element, ours = stack.pop()
            if ours:
                continue
            if divided or not old.startswith(token, at):
                divided.append(element)
            else:
                at += len(token)
        elif tag and divided:
            stack.append((divided.pop(), False))
        elif old.startswith(plain, at):
            at += len(plain)
            if tag and not token.endswith(b"/>"):
                stack.append((tag[1], False))
        else:
            sys.exit(f"{name}: {token} is new at {old[at:at + 60]}")
    if at != len(old) or divided:
        sys.exit(f"{name}: {old[at:at + 60]} is lost")


for name, data in before.items():
    if name == "META-INF/signatures.xml":
        continue
    if name not in after:
        sys.exit(f"{name} is lost")
    if name == opf:
        lines = [ATTRIBUTE.sub(b"", l) for l in after[name].split(b"\n")]
        for line in data.split(b"\n"):
            while lines and lines[0] != line:
                if not re.match(rb" *<(\w+:)?(meta [^<]*</(\w+:)?meta|item id=\"narrate[^<]*/)>$", lines.pop(0)):
                    sys.exit(f"{name}: {line} is lost")
            if not lines:
                sys.exit(f"{name}: {line} is lost")
            lines.pop(0)
    elif after[name] != data:
        stripped(name, after[name], data)
        seen, is_ = ("".join(ET.fromstring(x).itertext()) for x in (data, after[name]))
        if seen != is_:
            sys.exit(f"{name} has another text")


def leads(base, ref):
    ref, _, fragment = ref.partition("#")
    name = posixpath.normpath(posixpath.join(posixpath.dirname(base), urllib.parse.unquote(ref)))
    if name not in after:
        sys.exit(f"{base} leads to {name}, which is missing")
    return name, fragment


def ms(clock):
    h, m, s = clock.split(":")
    return (int(h) * 60 + int(m)) * 60000 + int(s.replace(".", ""))


package = ET.fromstring(after[opf])
items = {i.get("id"): (leads(opf, i.get("href"))[0], i) for i in package.iter(OPF + "item")}
if len(items) != len(set(n for n, _ in items.values())):
    sys.exit("a file is in the manifest twice")
metas = [(m.get("property"), m.get("refines"), m.text) for m in package.iter(OPF + "meta")]
lasts = {r: ms(t) for p, r, t in metas if p == "media:duration"}
added = set(after) - set(before)
used = {n for n, _ in items.values()}
if added - used:
    sys.exit(f"{added - used} is not in the manifest")
out, total, played = [], 0, {}
for ref in package.iter(OPF + "itemref"):
    text, item = items[ref.get("idref")]
    if not item.get("media-overlay"):
        if after[text] != before[text]:
            sys.exit(f"{text} is changed and not heard")
        continue
    name, smil = items[item.get("media-overlay")]
    elements = {e.get("id"): e for e in ET.fromstring(after[text]).iter() if e.get("id")}
    overlay = {"text": text, "pars": [], "lasts": lasts["#" + item.get("media-overlay")]}

    def walk(e, kinds):
        for c in e:
            if c.tag == SMIL + "seq":
                where, fragment = leads(name, c.get(OPS + "textref"))
                if where != text or fragment not in elements or len(c) == 0:
                    sys.exit(f"{name}: a seq leads to {where}#{fragment}")
                walk(c, kinds + ([c.get(OPS + "type")] if c.get(OPS + "type") else []))
                continue
            where, fragment = leads(name, c.find(SMIL + "text").get("src"))
            audio = c.find(SMIL + "audio")
            sound = leads(name, audio.get("src"))[0]
            if where != text or fragment not in elements:
                sys.exit(f"{name} leads to {where}#{fragment}")
            begin, end = ms(audio.get("clipBegin")), ms(audio.get("clipEnd"))
            if begin >= end:
                sys.exit(f"{name}: from {begin} to {end}")
            played.setdefault(sound, []).append((begin, end))
            e = elements[fragment]
            overlay["pars"].append({"id": fragment, "text": "".join(e.itertext()) or e.get("alt"), "kinds": " ".join(kinds), "sound": sound, "begin": begin, "end": end})

    walk(ET.fromstring(after[name]).find(SMIL + "body"), [])
    if sum(p["end"] - p["begin"] for p in overlay["pars"]) != overlay["lasts"]:
        sys.exit(f"{name} does not last {overlay['lasts']} ms")
    total += overlay["lasts"]
    out.append(overlay)
if lasts.get(None) != total:
    sys.exit(f"the book lasts {lasts.get(None)} ms, its overlays {total}")
for sound, clips in played.items():
    clips.sort()
    if clips[0][0] != 0 or any(a[1] != b[0] for a, b in zip(clips, clips[1:])):
        sys.exit(f"{sound} is played by leaps: {clips}")
for name in added:
    if name.endswith((".mp3", ".wav")) and name not in played:
        sys.exit(f"{name} is never played")
json.dump({"overlays": out, "added": sorted(added), "metas": metas}, sys.stdout)
