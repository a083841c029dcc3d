# Reads an audiobook package with Python's own library and prints it as JSON.
# Some members of sound go into the folder that is its second argument.
import html.parser, json, os, sys, zipfile

path, folder = sys.argv[1:]
with zipfile.ZipFile(path) as z:
    if z.testzip() is not None:
        sys.exit(f"{z.testzip()} is damaged")
    members = [
        {"name": i.filename, "stored": i.compress_type == zipfile.ZIP_STORED, "date": list(i.date_time),
         "size": i.file_size, "flags": i.flag_bits, "extra": len(i.extra)}
        for i in z.infolist()
    ]
    manifest = z.read("publication.json").decode("utf-8")
    page = z.read("index.html").decode("utf-8")
    sound = [m["name"] for m in members if m["name"].startswith("audio/")]
    for name in {sound[0], sound[len(sound) // 2], sound[-1]}:
        z.extract(name, folder)


class Page(html.parser.HTMLParser):
    """Checks that elements nest, and collects the links of the contents."""

    def __init__(self):
        super().__init__()
        self.open, self.links, self.manifest, self.toc, self.deepest = [], [], None, 0, 0

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "link" and attrs.get("rel") == "publication":
            self.manifest = attrs["href"]
        if tag == "nav" and attrs.get("role") == "doc-toc":
            self.toc += 1
        if tag == "a":
            if "nav" not in self.open:
                sys.exit("a link outside of the contents")
            self.links.append([attrs["href"], ""])
        if tag == "ol" and self.open[-1] not in ("nav", "li") or tag == "li" and self.open[-1] != "ol":
            sys.exit(f"{tag} inside of {self.open}")
        if tag not in ("meta", "link", "img"):
            self.open.append(tag)
        self.deepest = max(self.deepest, self.open.count("ol"))

    def handle_endtag(self, tag):
        if self.open.pop() != tag:
            sys.exit(f"{tag} ends inside of {self.open}")

    def handle_data(self, data):
        if self.open and self.open[-1] == "a":
            self.links[-1][1] += data


p = Page()
p.feed(page)
p.close()
if p.open or p.toc != 1:
    sys.exit(f"{p.open} stay open, {p.toc} tables of contents")
print(json.dumps({"members": members, "manifest": manifest, "links": p.links, "linked": p.manifest, "deepest": p.deepest}))
