# Prints what a WAVE file says besides its sound, as JSON: read with struct and
# wave of Python's own library, after the documents that name the chunks.
import json, struct, sys, wave

data = open(sys.argv[1], "rb").read()

def chunks(at, end):
    while at < end:
        name, size = struct.unpack_from("<4sI", data, at)
        if at + 8 + size > end:
            sys.exit(f"{name} at {at} is {size} bytes long, {end} is the end")
        yield name.decode("ascii"), at + 8, size
        at += 8 + size
        if size % 2:
            if data[at] != 0:
                sys.exit(f"{name} is padded with {data[at]}")
            at += 1
    if at != end:
        sys.exit(f"a list ends at {at}, not {end}")

def text(at, size):
    raw = data[at:at + size]
    if raw[-1] != 0 or 0 in raw[:-1]:
        sys.exit(f"text {raw} does not end in its only NUL")
    return raw[:-1].decode("utf-8")

def field(at, size):
    return data[at:at + size].split(b"\0")[0].decode("ascii")

riff, size, form = struct.unpack_from("<4sI4s", data)
if (riff, form, size) != (b"RIFF", b"WAVE", len(data) - 8):
    sys.exit(f"{riff} {form} of {size} bytes in a file of {len(data)}")

out = {"order": [], "info": {}, "cues": []}
cues = {}
for name, at, size in chunks(12, len(data)):
    out["order"].append(name)
    if name == "cue ":
        (count,) = struct.unpack_from("<I", data, at)
        if size != 4 + 24 * count:
            sys.exit(f"{count} cue points in {size} bytes")
        for i in range(count):
            ident, position, chunk, chunk_start, block, offset = struct.unpack_from("<II4sIII", data, at + 4 + 24 * i)
            if ident in cues or chunk != b"data" or chunk_start or block or position != offset:
                sys.exit(f"cue point {i} is odd")
            cues[ident] = {"start": offset}
    elif name == "LIST":
        kind = data[at:at + 4].decode("ascii")
        out["order"][-1] += kind
        for sub, sub_at, sub_size in chunks(at + 4, at + size):
            if kind == "INFO":
                out["info"][sub] = text(sub_at, sub_size)
                continue
            (ident,) = struct.unpack_from("<I", data, sub_at)
            if sub == "labl":
                cues[ident]["label"] = text(sub_at + 4, sub_size - 4)
            elif sub == "ltxt":
                length, purpose = struct.unpack_from("<I4s", data, sub_at + 4)
                if sub_size != 20 or purpose != b"rgn ":
                    sys.exit("an odd region")
                cues[ident]["frames"] = length
    elif name == "bext":
        reference, version = struct.unpack_from("<QH", data, at + 338)
        out["bext"] = {
            "description": field(at, 256), "originator": field(at + 256, 32), "date": field(at + 320, 10),
            "time": field(at + 330, 8), "reference": reference, "version": version,
            "levels": struct.unpack_from("<5h", data, at + 412), "history": field(at + 602, size - 602),
        }
out["cues"] = [cues[i] for i in sorted(cues)]
with wave.open(sys.argv[1]) as w:
    out["frames"], out["rate"], out["channels"] = w.getnframes(), w.getframerate(), w.getnchannels()
print(json.dumps(out, ensure_ascii=False))
