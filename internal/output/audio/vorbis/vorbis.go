// Package vorbis makes Vorbis comments and pictures, the metadata that Opus and
// FLAC files share. Comments: Ogg Vorbis I, section 5 ("comment field and header
// specification"); pictures: RFC 9639, 8.8; chapters: the Chapter Extension of
// wiki.xiph.org.
package vorbis

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"

	"narrate/internal/output"
	"narrate/internal/output/audio"
)

// Field is one comment. Its value is UTF-8 of one line.
type Field struct{ Name, Value string }

// Comments are all comments of a file, as both formats hold them: the vendor
// (the encoder's name), then the fields in order, with sizes before. The framing
// bit, which Ogg Vorbis alone has, is left out.
func Comments(vendor string, fields []Field) ([]byte, error) {
	vendor = audio.Line(vendor)
	size := int64(8 + len(vendor))
	for _, f := range fields {
		size += int64(5 + len(f.Name) + len(f.Value))
	}
	if size > math.MaxInt32 { // sizes have 32 bits, and readers hold all in memory
		return nil, fmt.Errorf("comments of %d bytes: take a smaller cover or shorter titles", size)
	}
	le := binary.LittleEndian
	out := make([]byte, 0, size)
	out = le.AppendUint32(out, uint32(len(vendor)))
	out = append(out, vendor...)
	out = le.AppendUint32(out, uint32(len(fields)))
	for _, f := range fields {
		out = le.AppendUint32(out, uint32(len(f.Name)+1+len(f.Value)))
		out = append(out, f.Name...)
		out = append(out, '=')
		out = append(out, f.Value...)
	}
	return out, nil
}

// frontCover is the type of a picture that players show first.
const frontCover = 3

// Picture is the content of a FLAC picture block that holds a front cover.
func Picture(p *output.Picture) []byte {
	be := binary.BigEndian
	out := make([]byte, 0, 32+len(p.MediaType)+len(p.Data))
	out = be.AppendUint32(out, frontCover)
	out = be.AppendUint32(out, uint32(len(p.MediaType)))
	out = append(out, p.MediaType...)
	out = be.AppendUint32(out, 0) // no description
	out = be.AppendUint32(out, uint32(p.Width))
	out = be.AppendUint32(out, uint32(p.Height))
	out = be.AppendUint32(out, 24) // bits a pixel
	out = be.AppendUint32(out, 0)  // no palette
	out = be.AppendUint32(out, uint32(len(p.Data)))
	return append(out, p.Data...)
}

// PictureField is the front cover as a comment, for Ogg.
func PictureField(p *output.Picture) Field {
	return Field{"METADATA_BLOCK_PICTURE", base64.StdEncoding.EncodeToString(Picture(p))}
}
