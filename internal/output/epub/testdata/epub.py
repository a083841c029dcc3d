# Reads a book with Python's own library, follows all its references, and prints
# what it says as JSON. Its files go into the folder that is the second argument.
import json, posixpath, re, sys, zipfile
import xml.etree.ElementTree as ET

path, folder = sys.argv[1:]
OPF, DC, XHTML = "{http://www.idpf.org/2007/opf}", "{http://purl.org/dc/elements/1.1/}", "{http://www.w3.org/1999/xhtml}"
OPS, SMIL, NCX = "{http://www.idpf.org/2007/ops}", "{http://www.w3.org/ns/SMIL}", "{http://www.daisy.org/z3986/2005/ncx/}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"

with zipfile.ZipFile(path) as z:
    if z.testzip() is not None:
        sys.exit(f"{z.testzip()} is damaged")
    members = [
        {"name": i.filename, "stored": i.compress_type == zipfile.ZIP_STORED, "date": list(i.date_time),
         "size": i.file_size, "flags": i.flag_bits, "extra": len(i.extra)}
        for i in z.infolist()
    ]
    files = {i.filename: z.read(i) for i in z.infolist()}
    z.extractall(folder)
with open(path, "rb") as f:
    start = f.read(58)
if start[30:] != b"mimetypeapplication/epub+zip":
    sys.exit(f"the file begins with {start}")

trees, ids = {}, {}
for name, data in files.items():
    if name.endswith((".xml", ".opf", ".xhtml", ".smil", ".ncx")):
        trees[name] = ET.fromstring(data)
        found = [e.get("id") for e in trees[name].iter() if e.get("id")]
        if len(set(found)) != len(found):
            sys.exit(f"{name} has an id twice")
        ids[name] = set(found)

used = {"mimetype", "META-INF/container.xml"}


def follow(base, ref):
    """The file and the id that a reference leads to."""
    ref, _, fragment = ref.partition("#")
    name = posixpath.normpath(posixpath.join(posixpath.dirname(base), ref)) if ref else base
    if name not in files:
        sys.exit(f"{base} leads to {name}, which is missing")
    if fragment and fragment not in ids[name]:
        sys.exit(f"{base} leads to {name}#{fragment}, which is missing")
    return name, fragment


def ms(clock):
    m = re.fullmatch(r"(\d+):([0-5]\d):([0-5]\d)\.(\d\d\d)", clock)
    if not m:
        sys.exit(f"{clock} is no clock value")
    h, mi, s, f = map(int, m.groups())
    return ((h * 60 + mi) * 60 + s) * 1000 + f


opf = trees["META-INF/container.xml"].find(".//*[@full-path]").get("full-path")
used.add(opf)
package = trees[opf]
metadata = {}
for e in package.find(OPF + "metadata"):
    key = e.get("property") or e.get("name") or e.tag.replace(DC, "dc:")
    if e.get("refines"):
        follow(opf, e.get("refines"))
        key += e.get("refines") if key == "role" else "#"
    metadata.setdefault(key, []).append(e.text or e.get("content"))
follow(opf, "#" + package.get("unique-identifier"))

items = {}
for item in package.find(OPF + "manifest"):
    name, _ = follow(opf, item.get("href"))
    items[item.get("id")] = (name, item)
    used.add(name)
if set(files) != used:
    sys.exit(f"not in the manifest: {set(files) - used}")

durations = {
    e.get("refines")[1:]: ms(e.text)
    for e in package.iter(OPF + "meta") if e.get("property") == "media:duration" and e.get("refines")
}
nav = next(name for name, item in items.values() if item.get("properties") == "nav")
toc = trees[nav].find(f".//{XHTML}nav[@{OPS}type='toc']")
links = [[follow(nav, a.get("href"))[0], "".join(a.itertext())] for a in toc.iter(XHTML + "a")]
for a in trees[nav].iter(XHTML + "a"):
    follow(nav, a.get("href"))


def depth(e):
    return (e.tag in (XHTML + "ol", NCX + "navPoint")) + max((depth(c) for c in e), default=0)


ncx = next(name for name, item in items.values() if name.endswith(".ncx"))
old = [[follow(ncx, p.find(NCX + "content").get("src"))[0], "".join(p.find(NCX + "navLabel").itertext())] for p in trees[ncx].iter(NCX + "navPoint")]
if old != links or depth(trees[ncx]) != depth(toc):
    sys.exit(f"the two tables of contents differ: {old}, {links}")


def walk(e, inside, out, around=None):
    """The elements with an id of a sentence, each with those around it."""
    tag = e.tag.replace(XHTML, "")
    around = {**(around or {}), **{k: e.get(a) for k, a in (("lang", "lang"), ("dir", "dir")) if e.get(a)}}
    if e.get("lang") != e.get(LANG):
        sys.exit(f"{tag} has two languages")
    if tag == "span" and re.fullmatch(r"s\d+", e.get("id", "")):
        out.append({"id": e.get("id"), "text": "".join(e.itertext()), "inside": " ".join(inside), **around})
    for c in e:
        walk(c, inside + [tag], out, around)


def overlay(e, kinds, name, out):
    for c in e:
        if c.tag == SMIL + "seq":
            follow(name, c.get(OPS + "textref"))
            if "#" not in c.get(OPS + "textref") or len(c) == 0:
                sys.exit(f"{name} has a seq without a place or without content")
            overlay(c, kinds + [c.get(OPS + "type") or "-"], name, out)
        else:
            text, sound = c.find(SMIL + "text"), c.find(SMIL + "audio")
            out.append({
                "text": follow(name, text.get("src")), "sound": follow(name, sound.get("src"))[0],
                "begin": ms(sound.get("clipBegin")), "end": ms(sound.get("clipEnd")), "kinds": " ".join(kinds),
            })


chapters = []
for ref in package.find(OPF + "spine"):
    name, item = items[ref.get("idref")]
    for e in trees[name].iter():
        for a in ("href", "src"):
            if e.get(a) and not e.get(a).startswith(("http", "mailto:")):
                follow(name, e.get(a))
    if not item.get("media-overlay"):
        continue
    smil, _ = items[item.get("media-overlay")]
    body = trees[smil].find(SMIL + "body")
    follow(smil, body.get(OPS + "textref"))
    pars, sentences = [], []
    overlay(body, [], smil, pars)
    walk(trees[name], [], sentences)
    at = 0
    order = [e.get("id") for e in trees[name].iter() if e.get("id")]
    last = -1
    for p in pars:
        if p["begin"] != at or p["end"] <= at:
            sys.exit(f"{smil}: {p} after {at}")
        at = p["end"]
        if p["text"][0] != name or order.index(p["text"][1]) <= last:
            sys.exit(f"{smil}: {p} is out of order")
        last = order.index(p["text"][1])
    if len({p["sound"] for p in pars}) != 1:
        sys.exit(f"{smil} does not have one file of sound")
    body = trees[name].find(XHTML + "body")
    chapters.append({
        "file": name, "pars": [{**p, "text": p["text"][1]} for p in pars], "sound": pars[0]["sound"], "sentences": sentences,
        "duration": durations[item.get("media-overlay")], "lang": trees[name].get("lang"), "dir": trees[name].get("dir"),
        "title": trees[name].find(f"{XHTML}head/{XHTML}title").text, "images": len(list(body.iter(XHTML + "img"))),
        "links": [e.get("href") for e in body.iter(XHTML + "a")],
    })

print(json.dumps({
    "members": members, "metadata": metadata, "links": links, "depth": depth(toc), "chapters": chapters, "xml": sorted(trees),
    "spine": len(package.find(OPF + "spine")), "progression": package.find(OPF + "spine").get("page-progression-direction"),
    "total": next(ms(e.text) for e in package.iter(OPF + "meta") if e.get("property") == "media:duration" and not e.get("refines")),
}))
