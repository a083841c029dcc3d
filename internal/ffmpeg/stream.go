package ffmpeg

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os/exec"
	"strconv"
	"sync"

	"narrate/internal/pcm"
	"narrate/internal/process"
)

// OpenOptions ask for another shape of the sound than the file's own.
type OpenOptions struct {
	Rate     pcm.Hz // 0 keeps the file's
	Channels int    // 0 keeps the file's
	// Cut has a WAV, Ogg or MP3 file that was cut off decoded as far as it goes.
	Cut bool
}

// Stream is the sound of a file, decoded by an ffmpeg that runs meanwhile. It
// holds some hundred kilobytes, however long the sound is. It is for one
// goroutine at a time.
type Stream struct {
	path   string
	format pcm.Format
	ctx    context.Context // its end is the Stream's
	stop   context.CancelFunc
	cmd    *exec.Cmd
	out    io.Reader
	buffer []byte
	kept   int // bytes at the start of buffer: less than a frame
	cut    string
	// messages is what ffmpeg says: a file that is whole leaves it empty.
	messages process.Tail
	end      error // io.EOF or what went wrong, once the process has ended
	wait     sync.Once
	waited   error
}

var errUndecoded = errors.New("the sound cannot be decoded")

// streamBlock is how many bytes are read at a time: a pipe's on Linux.
const streamBlock = 64 << 10

// buffered has ffmpeg write its output in blocks. By itself it writes each packet
// at once, some kilobytes, which costs as much as half of the decoding.
var buffered = []string{"-flush_packets", "0"}

// An AU header (Sun, "audio file format", au(4)) is six words of 32 bits: magic,
// where the sound begins, its bytes, encoding, rate and channels.
const (
	auMagic   = 0x2e736e64 // ".snd"
	auBytes   = 24
	auFloat   = 6        // 32-bit IEEE, big-endian
	auLongest = 64 << 10 // with its annotation
)

// Open starts to decode the first stream of sound of a file, whatever its
// container and codec (see containers), at its own rate and with its own
// channels or as asked. Gaps that the encoder left at both ends are cut off
// where the file tells them. The path is always a file's, never an option or an
// address, and ffmpeg may open nothing else. Cover and chapters are ignored.
//
// A WAV, Ogg or MP3 file that was cut off is an error at once, which wraps
// pcm.ErrShort, since ffmpeg would play what is left.
//
// The Stream must be closed. Where ctx ends, ffmpeg and what it started is
// killed and Read gives ctx's cause.
func (p *Program) Open(ctx context.Context, path string, opts OpenOptions) (*Stream, error) {
	if _, err := soundFile(path); err != nil {
		return nil, err
	}
	end, err := readEnding(path)
	if err != nil {
		return nil, err
	}
	if end.cut != "" && !opts.Cut {
		return nil, fmt.Errorf("%s: the file is cut off: %s: %w", path, end.cut, pcm.ErrShort)
	}
	run, stop := context.WithCancel(ctx)
	s := &Stream{path: path, ctx: ctx, stop: stop, buffer: make([]byte, streamBlock), cut: end.cut}
	// One thread: sound decoders have no use for more, and they cost more than
	// they bring.
	args := []string{"-hide_banner", "-nostdin", "-v", "error", "-threads", "1", "-err_detect", "crccheck+explode"}
	if !end.open {
		args = append(args, "-xerror") // which also refuses the last block of a WAV file without its length or end
	}
	args = append(args, confined...)
	args = append(args, "-i", fileName(path), "-map", "0:a:0", "-map_metadata", "-1", "-map_chapters", "-1")
	if opts.Rate > 0 {
		args = append(args, "-ar", strconv.Itoa(int(opts.Rate)))
	}
	if opts.Channels > 0 {
		args = append(args, "-ac", strconv.Itoa(opts.Channels))
	}
	// Raw samples would not say their rate. AU does, in a header of some bytes,
	// and knows no longest length.
	args = append(args, "-c:a", "pcm_f32be", "-fflags", "+bitexact")
	args = append(append(args, buffered...), "-f", "au", "pipe:1")
	s.cmd = process.Command(run, p.Path, args...)
	s.cmd.Stderr = &s.messages
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		stop()
		return nil, fmt.Errorf("%s: %w", p.Path, err)
	}
	s.out = out
	if err := s.cmd.Start(); err != nil {
		stop()
		return nil, fmt.Errorf("%s: %w: %w", path, ErrBroken, err)
	}
	if err := s.readHeader(); err != nil {
		return nil, errors.Join(s.failure(err), s.Close())
	}
	return s, nil
}

// readHeader reads what stands before the sound.
func (s *Stream) readHeader() error {
	b := s.buffer[:auBytes]
	if _, err := io.ReadFull(s.out, b); err != nil {
		return err
	}
	word := func(i int) uint32 { return binary.BigEndian.Uint32(b[4*i:]) }
	s.format = pcm.Format{Rate: pcm.Hz(word(4)), Channels: int(word(5))}
	begin := word(1)
	if word(0) != auMagic || word(3) != auFloat || begin < auBytes || begin > auLongest ||
		s.format.Rate <= 0 || s.format.Channels <= 0 || s.format.Channels > 64 {
		return errors.New("what ffmpeg makes of it cannot be read")
	}
	_, err := io.CopyN(io.Discard, s.out, int64(begin-auBytes))
	return err
}

// Cut says what is missing of a file that was cut off; "" where nothing is.
func (s *Stream) Cut() string { return s.cut }

// Format is the shape of the sound that Read gives.
func (s *Stream) Format() pcm.Format { return s.format }

// Read fills dst with interleaved samples, whole frames; full scale is ±1, and
// lossy sound may go beyond. Like pcm.Reader's it gives samples, or 0 and an
// error: io.EOF where the file was decoded to its end without a complaint of
// ffmpeg's, any other where it is damaged, ffmpeg failed, or the context ended. len(dst) must be at least one frame.
func (s *Stream) Read(dst []float32) (n int, err error) {
	if s.end != nil {
		return 0, s.end
	}
	frame := 4 * s.format.Channels
	if len(dst) < s.format.Channels {
		return 0, errors.New("ffmpeg: no room for one frame")
	}
	room := s.buffer[:min(len(s.buffer)/frame, len(dst)/s.format.Channels)*frame]
	have := s.kept
	for have < frame {
		n, err := s.out.Read(room[have:])
		if have += n; err != nil {
			s.end = s.ended(err, have)
			if have < frame {
				return 0, s.end
			}
		}
	}
	whole := have / frame * frame
	for i := range whole / 4 {
		dst[i] = math.Float32frombits(binary.BigEndian.Uint32(room[4*i:]))
	}
	s.kept = copy(s.buffer, room[whole:have])
	return whole / 4, nil
}

// ended collects ffmpeg after its output has ended, with some bytes left over.
func (s *Stream) ended(readErr error, left int) error {
	if !errors.Is(readErr, io.EOF) {
		return s.failure(readErr)
	}
	if err := s.finish(); err != nil {
		return s.failure(readErr)
	}
	note := s.messages.Note()
	switch {
	case s.ctx.Err() != nil:
		return context.Cause(s.ctx)
	case left%(4*s.format.Channels) != 0:
		return fmt.Errorf("%s: decoding ends within a sample: %w", s.path, pcm.ErrShort)
	case note != "" && s.cut == "": // or it is about what is left of the last part
		return fmt.Errorf("%s: the file is damaged%s", s.path, note)
	}
	return io.EOF
}

// failure is the error for a read that failed, with what ffmpeg says of it. One
// that says nothing of the file, as ffmpeg itself was ended or cannot run, wraps
// ErrBroken.
func (s *Stream) failure(err error) error {
	early := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	if !early {
		s.stop()
	}
	runErr := s.finish()
	if s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	note := s.messages.Note()
	var exit *exec.ExitError
	switch {
	case early && runErr == nil:
		return fmt.Errorf("%s: %w%s", s.path, ErrNoSound, note)
	case early && note != "" && errors.As(runErr, &exit) && !broken(runErr):
		return unheard(s.path, errUndecoded, note)
	case early:
		err = runErr
	}
	return fmt.Errorf("%s: %w: %s: %w%s", s.path, ErrBroken, s.cmd.Path, err, note)
}

// finish waits for ffmpeg once.
func (s *Stream) finish() error {
	s.wait.Do(func() { s.waited = s.cmd.Wait() })
	return s.waited
}

// Close ends the decoding, at whatever point; ffmpeg has then ended. A Stream
// may be closed more than once.
func (s *Stream) Close() error {
	s.stop()
	err := s.finish()
	var exit *exec.ExitError
	if errors.As(err, &exit) || errors.Is(err, context.Canceled) {
		err = nil // Read has told, or it was our kill
	}
	if s.end == nil {
		s.end = fmt.Errorf("%s: closed", s.path)
	}
	return err
}
