package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"

	"narrate/internal/clipstore"
	"narrate/internal/ffmpeg"
	"narrate/internal/pcm"
	"narrate/internal/timeline"
)

// decoding is how a file of sound is brought into the store.
type decoding struct {
	kind  string // what the sound is, in its key
	bytes int64  // that the file may have
	hours int    // that the sound may last
	cut   bool   // whether a file that was cut off is taken as far as it goes
}

// music is bounded by far more than an intro takes, and less than would fill a
// disk.
var music = decoding{kind: "music", bytes: 2 << 30, hours: 4}

// musicVersion changes whenever decoded music made before must not be found.
const musicVersion = "1"

// LoadMusic has the sound of a file in the store, decoded once for its content
// and the programme's format, and gives its key and length. Any format that
// ffmpeg reads will do.
func LoadMusic(ctx context.Context, store *clipstore.Store, file string, format pcm.Format) (timeline.Track, error) {
	key, frames, err := music.decoded(ctx, store, file, format)
	if err != nil {
		return timeline.Track{}, fmt.Errorf("music %s: %w", file, err)
	}
	return timeline.Track{Key: key.String(), Frames: frames}, nil
}

// decoded has the sound of a file in the store, and gives its key and length.
func (d decoding) decoded(ctx context.Context, store *clipstore.Store, file string, format pcm.Format) (clipstore.Key, int64, error) {
	key, err := d.key(ctx, file, format)
	if err != nil {
		return key, 0, err
	}
	clip, err := store.Get(key)
	if errors.Is(err, clipstore.ErrAbsent) || errors.Is(err, clipstore.ErrDamaged) {
		clip.Frames, err = d.decode(ctx, store, key, file, format)
	}
	return key, clip.Frames, err
}

// key hashes the file's bytes.
func (d decoding) key(ctx context.Context, file string, format pcm.Format) (k clipstore.Key, err error) {
	info, err := os.Stat(file)
	if err != nil {
		return k, plainPathError(err)
	}
	if !info.Mode().IsRegular() {
		return k, errors.New("not a file")
	}
	if info.Size() > d.bytes {
		return k, fmt.Errorf("%d bytes, where %d are the most", info.Size(), d.bytes)
	}
	f, err := os.Open(file)
	if err != nil {
		return k, plainPathError(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	hash := sha256.New()
	if _, err := io.Copy(hash, contextReader{ctx, f}); err != nil {
		return k, err
	}
	return clipstore.NewKey(d.kind, musicVersion, hex.EncodeToString(hash.Sum(nil)),
		strconv.Itoa(int(format.Rate)), strconv.Itoa(format.Channels)), nil
}

// plainPathError leaves the path to the caller's message.
func plainPathError(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

type contextReader struct {
	ctx context.Context
	io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// decode decodes a file into the store and gives its length. It decodes twice:
// the store wants to know the length beforehand.
func (d decoding) decode(ctx context.Context, store *clipstore.Store, key clipstore.Key, file string, format pcm.Format) (int64, error) {
	program, err := ffmpeg.Find(ctx)
	if err != nil {
		return 0, err
	}
	open := func() (*musicReader, error) {
		s, err := program.Open(ctx, file, ffmpeg.OpenOptions{Rate: format.Rate, Channels: format.Channels, Cut: d.cut})
		if err != nil {
			return nil, err
		}
		return &musicReader{stream: s, hours: d.hours}, nil
	}
	r, err := open()
	if err != nil {
		return 0, err
	}
	frames, err := r.drain()
	if err = errors.Join(err, r.Close()); err != nil {
		return 0, err
	}
	if frames == 0 {
		return 0, errors.New("there is no sound in it")
	}
	if r, err = open(); err != nil {
		return 0, err
	}
	clip, err := store.PutSound(key, r, frames, nil)
	return clip.Frames, errors.Join(err, r.Close())
}

// musicReader gives decoded sound in 16 bits.
type musicReader struct {
	stream *ffmpeg.Stream
	hours  int // that it may last
	at     int64
	buf    []float32
}

func (r *musicReader) Format() pcm.Format { return r.stream.Format() }

func (r *musicReader) Read(dst []int16) (int, error) {
	if cap(r.buf) < len(dst) {
		r.buf = make([]float32, len(dst))
	}
	n, err := r.stream.Read(r.buf[:len(dst)])
	if err != nil {
		return 0, err
	}
	if r.at += int64(n / r.Format().Channels); r.at > int64(r.hours)*3600*int64(r.Format().Rate) {
		return 0, fmt.Errorf("longer than %d hours", r.hours)
	}
	for i, v := range r.buf[:n] {
		dst[i] = int16(max(math.MinInt16, min(math.MaxInt16, math.Round(float64(v)*32768))))
	}
	return n, nil
}

func (r *musicReader) Close() error { return r.stream.Close() }

// drain reads to the end and counts the frames.
func (r *musicReader) drain() (int64, error) {
	block := make([]int16, 8192)
	for {
		_, err := r.Read(block)
		if errors.Is(err, io.EOF) {
			return r.at, nil
		}
		if err != nil {
			return 0, err
		}
	}
}
