package flac

import (
	"crypto/md5" // what the format asks for (RFC 9639, 8.2)
	"encoding/binary"
	"hash"

	"narrate/internal/pcm"
)

// metered reports what is read, and sums it up.
type metered struct {
	pcm.Reader
	progress func(frames int64) // nil where nobody asks
	md5      hash.Hash
	raw      []byte // a buffer
}

func newMetered(r pcm.Reader, progress func(frames int64)) *metered {
	return &metered{Reader: r, progress: progress, md5: md5.New()}
}

func (m *metered) Read(dst []int16) (int, error) {
	n, err := m.Reader.Read(dst)
	m.raw = m.raw[:0]
	for _, s := range dst[:n] {
		m.raw = binary.LittleEndian.AppendUint16(m.raw, uint16(s))
	}
	m.md5.Write(m.raw)
	if m.progress != nil && n > 0 {
		m.progress(int64(n / m.Format().Channels))
	}
	return n, err
}

// sum is the MD5 of all samples read, interleaved, two bytes each, the lower
// first.
func (m *metered) sum() (sum [16]byte) {
	m.md5.Sum(sum[:0])
	return sum
}
