package flac

import (
	"encoding/binary"
	"fmt"

	"narrate/internal/output"
	"narrate/internal/output/audio/vorbis"
	"narrate/internal/pcm"
)

// The types of metadata blocks (RFC 9639, 8.1).
const (
	typeStreamInfo = 0
	typePadding    = 1
	typeSeekTable  = 3
	typeComments   = 4
	typeCueSheet   = 5
	typePicture    = 6

	last = 0x80 // marks the last block
)

// maxBlock is the size of the largest block's content.
const maxBlock = 1<<24 - 1

// padding is the size of the padding: room for a tag editor to add a few
// comments without writing the file anew.
const padding = 1024

// appendBlock appends a block to out.
func appendBlock(out []byte, kind byte, data []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(kind)<<24|uint32(len(data)))
	return append(out, data...)
}

// streamInfo is what the first block tells.
type streamInfo struct {
	format             pcm.Format
	total              int64 // frames
	minBlock, maxBlock int   // frames in a frame of the stream
	minSize, maxSize   int   // bytes in one
	md5                [16]byte
}

const streamInfoSize = 34

// bytes is the block's content (RFC 9639, 8.2).
func (s streamInfo) bytes() []byte {
	be := binary.BigEndian
	out := be.AppendUint16(nil, uint16(s.minBlock))
	out = be.AppendUint16(out, uint16(s.maxBlock))
	out = append(out, byte(s.minSize>>16), byte(s.minSize>>8), byte(s.minSize))
	out = append(out, byte(s.maxSize>>16), byte(s.maxSize>>8), byte(s.maxSize))
	out = be.AppendUint64(out, uint64(s.format.Rate)<<44|uint64(s.format.Channels-1)<<41|15<<36|uint64(s.total))
	return append(out, s.md5[:]...)
}

// head is what the file begins with: all that is not known before the frames
// are. Its size is.
func head(info streamInfo, seek *seekTable) []byte {
	out := appendBlock([]byte("fLaC"), typeStreamInfo, info.bytes())
	if seek.size() > 0 {
		out = appendBlock(out, typeSeekTable, seek.bytes())
	}
	return out
}

// blocks are all further blocks. The cue sheet stands before the comments:
// ffmpeg takes chapters from both, by number, and keeps the later one's titles.
func blocks(e output.Edition, vendor string) ([]byte, error) {
	comments, err := vorbis.Comments(vendor, append(vorbis.Fields(e), vorbis.ReplayGain(e)...))
	if err != nil {
		return nil, fmt.Errorf("flac: %w", err)
	}
	var out []byte
	if sheet := cueSheet(e.Timeline); sheet != nil {
		out = appendBlock(out, typeCueSheet, sheet)
	}
	if len(comments) > maxBlock {
		return nil, fmt.Errorf("flac: comments of %d bytes, where %d are the most: take shorter titles", len(comments), maxBlock)
	}
	out = appendBlock(out, typeComments, comments)
	if cover := e.Metadata.Cover; cover != nil {
		picture := vorbis.Picture(cover)
		if len(picture) > maxBlock {
			return nil, fmt.Errorf("flac: a cover of %d bytes, where %d are the most: take a smaller one", len(cover.Data), maxBlock)
		}
		out = appendBlock(out, typePicture, picture)
	}
	return appendBlock(out, last|typePadding, make([]byte, padding)), nil
}
