package espeak

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
)

// Between narrate and its worker go messages, in turn: a request, its answer.
// A message is a 32-bit little-endian length and that many bytes of JSON;
// after an answer follow its samples, 16 bits each, little-endian.

// maxMessage limits the JSON of a message: 1,000 characters of text, or their
// word events, take a tenth of it.
const maxMessage = 1 << 20

// pipeBytes is how much either side moves at once: the sound of a sentence
// takes one or two turns instead of a hundred.
const pipeBytes = 256 << 10

// question is what narrate asks; without Speak, only for the Version.
type question struct {
	Speak *request `json:",omitempty"`
}

// answer is what the worker says.
type answer struct {
	Error   string `json:",omitempty"`
	Version string `json:",omitempty"`
	Rate    int    `json:",omitempty"` // Hz
	Samples int    `json:",omitempty"` // how many follow
	Words   []word `json:",omitempty"`
	// Spent says that the library could not be unloaded, or other state not
	// reset, so that this process would not sound the same again.
	Spent bool `json:",omitempty"`
}

func writeMessage(w io.Writer, message any) error {
	b, err := json.Marshal(message)
	if err != nil {
		return err
	}
	if _, err := w.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(b)))); err != nil {
		return err
	}
	_, err = w.Write(b)
	return err
}

func readMessage(r io.Reader, message any) error {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return err
	}
	n := binary.LittleEndian.Uint32(size[:])
	if n > maxMessage {
		return fmt.Errorf("message of %d bytes", n)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return noEOF(err)
	}
	return json.Unmarshal(b, message)
}

func writeSamples(w io.Writer, samples []int16) error {
	var buf [16 << 10]byte
	for len(samples) > 0 {
		n := min(len(samples), len(buf)/2)
		for i, s := range samples[:n] {
			binary.LittleEndian.PutUint16(buf[2*i:], uint16(s))
		}
		if _, err := w.Write(buf[:2*n]); err != nil {
			return err
		}
		samples = samples[n:]
	}
	return nil
}

func readSamples(r io.Reader, n int) ([]int16, error) {
	if n < 0 || n > maxFrames {
		return nil, fmt.Errorf("answer of %d samples", n)
	}
	samples := make([]int16, n)
	var buf [16 << 10]byte
	for at := 0; at < n; {
		k := min(n-at, len(buf)/2)
		if _, err := io.ReadFull(r, buf[:2*k]); err != nil {
			return nil, noEOF(err)
		}
		for i := range k {
			samples[at+i] = int16(binary.LittleEndian.Uint16(buf[2*i:]))
		}
		at += k
	}
	return samples, nil
}

// noEOF is for an end in the middle of a message.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
