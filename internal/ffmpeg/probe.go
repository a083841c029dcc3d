package ffmpeg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"narrate/internal/pcm"
	"narrate/internal/process"
)

// Limits of Probe and Picture.
const (
	probeLimit   = 16 << 20 // bytes of what ffprobe prints: thousands of chapters
	probeTimeout = time.Minute
	// pictureLimit is for a cover, in bytes. Ten times what a sensible one has.
	pictureLimit = 64 << 20
)

// containers are the formats that are read from files, by the names of ffmpeg's
// demuxers. All others are refused, whatever a file claims to be: there are some
// that open further files or addresses (playlists, "concat" scripts).
const containers = "mp3,mov,mp4,m4a,ogg,flac,wav,w64,aiff,aac,caf,matroska,webm,asf,ac3,eac3,amr,au,tta,wv"

// kinds are those formats by the names that people have for them.
const kinds = "MP3, MP4, M4A and MOV, Ogg and Opus, FLAC, WAV, AIFF, AAC, CAF, Matroska and WebM, WMA, AC-3, AMR, AU, TTA and WavPack"

// unheard is the error for a file of which ffmpeg says that, and that holds
// nothing to be heard: one of another kind has a message of its own.
func unheard(path string, why error, note string) error {
	if strings.Contains(note, "not on whitelist") {
		return fmt.Errorf("%s: %w: this kind of file is not read; those that are: %s", path, ErrNoSound, kinds)
	}
	return fmt.Errorf("%s: %w%s", path, why, note)
}

// Errors of what a path names.
var (
	ErrNoFile  = errors.New("not a file")
	ErrEmpty   = errors.New("the file is empty")
	ErrNoSound = errors.New("no sound in it that can be read")
)

// Probe is what a file says of itself.
type Probe struct {
	Container string // ffmpeg's name, which may be a list: "mov,mp4,m4a,3gp,3g2,mj2"
	Bytes     int64
	Length    time.Duration // as the file says; 0 for unknown
	BitRate   int           // of the first stream of sound, in b/s; 0 for unknown
	Codec     string        // of that: "mp3", "aac", "opus", "pcm_s16le"
	Profile   string        // of its codec, where there are several: "LC"
	Format    pcm.Format
	Sounds    int    // streams of sound
	Pictures  []Size // that are attached as covers
	Videos    int    // streams of moving pictures
	Chapters  []Chapter
	Tags      map[string]string // by lower-case names: "title"
}

// Size is a picture's, in pixels.
type Size struct{ Width, Height int }

// Chapter is a chapter mark of a file.
type Chapter struct {
	Start, End time.Duration
	Title      string
}

// Probe reads what a sound file says of itself: container, streams, chapters
// and tags. The path is always a file's, never an option or an address. What is
// no file, is empty or holds no sound is an error that wraps ErrNoFile, ErrEmpty
// or ErrNoSound. It needs ffprobe, which is part of ffmpeg.
func (p *Program) Probe(ctx context.Context, path string) (Probe, error) {
	bytes, err := soundFile(path)
	if err != nil {
		return Probe{}, err
	}
	program, err := p.probeProgram()
	if err != nil {
		return Probe{}, err
	}
	args := append([]string{"-hide_banner", "-v", "error"}, confined...)
	args = append(args, "-of", "json=compact=1", "-show_entries",
		"format=format_name,duration,bit_rate:format_tags:"+
			"stream=codec_type,codec_name,profile,sample_rate,channels,width,height,duration,bit_rate:stream_disposition=attached_pic:stream_tags:"+
			"chapter=start,end,time_base,start_time,end_time:chapter_tags=title", "-i", fileName(path))
	var messages process.Tail
	out, err := process.Run{Program: program, Args: args, Limit: probeLimit, Timeout: probeTimeout, Messages: &messages}.Output(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return Probe{}, err
		}
		if broken(err) {
			return Probe{}, fmt.Errorf("%s: %w: %w", path, ErrBroken, err)
		}
		var ended *exec.ExitError
		if errors.As(err, &ended) {
			return Probe{}, unheard(path, ErrNoSound, messages.Note())
		}
		return Probe{}, fmt.Errorf("%s: %w", path, err)
	}
	probe, err := parseProbe(out)
	if err != nil {
		return Probe{}, fmt.Errorf("%s: %w", path, err)
	}
	probe.Bytes = bytes
	return probe, nil
}

// Picture gives the bytes of the file's first attached picture, as they are:
// nothing is decoded.
func (p *Program) Picture(ctx context.Context, path string) ([]byte, error) {
	if _, err := soundFile(path); err != nil {
		return nil, err
	}
	args := append([]string{"-hide_banner", "-nostdin", "-v", "error", "-xerror"}, confined...)
	args = append(args, "-i", fileName(path), "-map", "0:v:0", "-frames:v", "1", "-c", "copy", "-f", "image2pipe", "pipe:1")
	picture, err := process.Run{Program: p.Path, Args: args, Limit: pictureLimit, Timeout: probeTimeout}.Output(ctx)
	if ctx.Err() == nil && broken(err) {
		return nil, fmt.Errorf("%s: %w: %w", path, ErrBroken, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: its picture: %w", path, err)
	}
	return picture, nil
}

// confined are options before an input that keep ffmpeg and ffprobe from
// opening anything but that file, whatever it holds. "pipe" is the output's.
var confined = []string{"-protocol_whitelist", "file,pipe", "-format_whitelist", containers}

// fileName is a path that ffmpeg takes for nothing else: neither "-x" nor
// "concat:a|b" nor "http://…" is a name to it otherwise.
func fileName(path string) string { return "file:" + path }

// soundFile gives the size of a file, or says why it cannot be one with sound.
func soundFile(path string) (int64, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
	case err != nil:
		return 0, err
	case info.IsDir():
		return 0, fmt.Errorf("%s: %w but a folder", path, ErrNoFile)
	case !info.Mode().IsRegular():
		return 0, fmt.Errorf("%s: %w but a device or pipe", path, ErrNoFile)
	case info.Size() == 0:
		return 0, fmt.Errorf("%s: %w", path, ErrEmpty)
	}
	return info.Size(), nil
}

// probeProgram finds ffprobe: beside ffmpeg, or else on the search path.
func (p *Program) probeProgram() (string, error) {
	dir, name := filepath.Split(p.Path)
	if strings.HasPrefix(name, "ffmpeg") { // "ffmpeg.exe", "ffmpeg-7"
		if path, err := exec.LookPath(filepath.Join(dir, "ffprobe"+strings.TrimPrefix(name, "ffmpeg"))); err == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath("ffprobe")
	if err != nil {
		return "", fmt.Errorf("%w: ffprobe, which is part of it, is not there (%s)", ErrMissing, Hint())
	}
	return path, nil
}

// probed is what ffprobe prints.
type probed struct {
	Format struct {
		Name     string            `json:"format_name"`
		Duration string            `json:"duration"`
		BitRate  string            `json:"bit_rate"`
		Tags     map[string]string `json:"tags"`
	} `json:"format"`
	Streams []struct {
		Type        string            `json:"codec_type"`
		Codec       string            `json:"codec_name"`
		Profile     string            `json:"profile"`
		Rate        string            `json:"sample_rate"`
		Channels    int               `json:"channels"`
		Width       int               `json:"width"`
		Height      int               `json:"height"`
		Duration    string            `json:"duration"`
		BitRate     string            `json:"bit_rate"`
		Disposition map[string]int    `json:"disposition"`
		Tags        map[string]string `json:"tags"`
	} `json:"streams"`
	Chapters []struct {
		Start string            `json:"start_time"`
		End   string            `json:"end_time"`
		Tags  map[string]string `json:"tags"`
	} `json:"chapters"`
}

func parseProbe(out []byte) (Probe, error) {
	var in probed
	if err := json.Unmarshal(out, &in); err != nil {
		return Probe{}, fmt.Errorf("what ffprobe says cannot be read: %w", err)
	}
	p := Probe{Container: in.Format.Name, Length: seconds(in.Format.Duration), Tags: map[string]string{}}
	addTags(p.Tags, in.Format.Tags)
	for _, s := range in.Streams {
		switch {
		case s.Type == "video" && s.Disposition["attached_pic"] != 0:
			p.Pictures = append(p.Pictures, Size{s.Width, s.Height})
		case s.Type == "video":
			p.Videos++
		case s.Type != "audio":
		default:
			if p.Sounds++; p.Sounds > 1 {
				continue
			}
			p.Codec, p.Profile = s.Codec, s.Profile
			p.Format = pcm.Format{Rate: pcm.Hz(count(s.Rate)), Channels: s.Channels}
			p.BitRate = count(s.BitRate)
			if d := seconds(s.Duration); d > 0 {
				p.Length = d
			}
			addTags(p.Tags, s.Tags) // Ogg keeps them with the stream
		}
	}
	if p.Sounds == 0 || p.Format.Rate <= 0 || p.Format.Channels <= 0 {
		return Probe{}, ErrNoSound
	}
	if p.BitRate == 0 && p.Videos == 0 && len(p.Pictures) == 0 {
		p.BitRate = count(in.Format.BitRate)
	}
	for _, c := range in.Chapters {
		p.Chapters = append(p.Chapters, Chapter{seconds(c.Start), seconds(c.End), c.Tags["title"]})
	}
	return p, nil
}

// addTags adds what is not yet there.
func addTags(to, from map[string]string) {
	for name, value := range from {
		if name = strings.ToLower(name); to[name] == "" {
			to[name] = value
		}
	}
}

// seconds reads "3600.039184"; what is no number is 0.
func seconds(s string) time.Duration {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f > -1e9 && f < 1e9) {
		return 0
	}
	return time.Duration(f * float64(time.Second)).Round(time.Microsecond)
}

// count reads a whole number; what is none is 0.
func count(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0
	}
	return n
}
