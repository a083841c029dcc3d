package chapters

import (
	"context"
	"fmt"
	"io"
	"strings"

	"narrate/internal/output"
	"narrate/internal/output/plain"
)

// FFMetadata is the output format "ffmetadata": what ffmpeg puts into a file of
// sound with -map_metadata and -map_chapters (ffmpeg-formats, "Metadata").
type FFMetadata struct{ needsNothing }

// Info implements output.Format.
func (FFMetadata) Info() output.Info {
	return output.Info{
		Name: "ffmetadata", Suffix: "ffmetadata", MediaType: "text/plain",
		Summary: "chapters and tags for ffmpeg",
	}
}

// Write implements output.Format. Times are frames, exactly.
func (FFMetadata) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	t, m := e.Timeline, &e.Metadata
	var b strings.Builder
	b.WriteString(";FFMETADATA1\n")
	tag := func(key, value string) {
		if strings.HasSuffix(value, `\`) {
			value += " " // or ffmpeg takes the end of the line as part of the value
		}
		if value != "" {
			fmt.Fprintf(&b, "%s=%s\n", key, ffEscape.Replace(value))
		}
	}
	tag("title", plain.Line(t.Title))
	tag("artist", plain.Line(t.Author))
	tag("album_artist", plain.Line(t.Author))
	tag("composer", plain.Line(m.Narrator)) // where players of audiobooks look for the narrator
	tag("album", plain.Line(m.Album))
	if t.Number > 0 {
		tag("track", fmt.Sprintf("%d/%d", t.Number, t.Of))
	}
	tag("date", plain.Line(m.Date))
	tag("genre", plain.Line(m.Genre))
	tag("publisher", plain.Line(m.Publisher))
	tag("copyright", plain.Line(m.Copyright))
	tag("series", plain.Line(m.Series))
	if m.Part > 0 {
		tag("series-part", fmt.Sprint(m.Part))
	}
	tag("language", plain.Line(t.Lang))
	tag("url", plain.Line(m.Link))
	tag("description", paragraphs(m.Description))
	tag("encoded_by", plain.Line(e.Generator))
	for i := range t.Chapters {
		c := &t.Chapters[i]
		fmt.Fprintf(&b, "\n[CHAPTER]\nTIMEBASE=1/%d\nSTART=%d\nEND=%d\n", t.Rate, c.Span.Start, c.Span.End)
		tag("title", plain.Line(c.Title))
		tag("url", plain.Line(m.Of(c).Link))
	}
	return write(ctx, dst, b.String())
}

// ffEscape has a backslash stand before what is special in keys and values.
var ffEscape = strings.NewReplacer(`\`, `\\`, "=", `\=`, ";", `\;`, "#", `\#`, "\n", "\\\n")

// paragraphs is text whose lines are plain.
func paragraphs(text string) string {
	var out []string
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		out = append(out, plain.Line(line))
	}
	return strings.Trim(strings.Join(out, "\n"), "\n")
}

// MP4Chaps is the output format "mp4chaps": the chapter file that mp4chaps of
// mp4v2 imports into an MP4 file (mp4chaps(1), "native format").
type MP4Chaps struct{ needsNothing }

// Info implements output.Format.
func (MP4Chaps) Info() output.Info {
	return output.Info{
		Name: "mp4chaps", Suffix: "chapters.txt", MediaType: "text/plain",
		Summary: "chapters for mp4chaps and podcast hosts",
	}
}

// Write implements output.Format. Times are to the nearest millisecond.
func (MP4Chaps) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	t := e.Timeline
	var b strings.Builder
	for i := range t.Chapters {
		c := &t.Chapters[i]
		ms := t.Rate.Milliseconds(c.Span.Start)
		fmt.Fprintf(&b, "%02d:%02d:%02d.%03d %s\n", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000, named(c, i))
	}
	return write(ctx, dst, b.String())
}

// Labels is the output format "labels": a label track of Audacity (Audacity
// Manual, "Importing and Exporting Labels").
type Labels struct{ needsNothing }

// Info implements output.Format.
func (Labels) Info() output.Info {
	return output.Info{
		Name: "labels", Suffix: "labels.txt", MediaType: "text/plain",
		Summary: "chapters as labels for Audacity",
	}
}

// Write implements output.Format. Times are to the nearest microsecond.
func (Labels) Write(ctx context.Context, dst io.WriteSeeker, e output.Edition) error {
	t := e.Timeline
	var b strings.Builder
	for i := range t.Chapters {
		c := &t.Chapters[i]
		fmt.Fprintf(&b, "%s\t%s\t%s\n", t.Rate.Seconds(c.Span.Start), t.Rate.Seconds(c.Span.End), named(c, i))
	}
	return write(ctx, dst, b.String())
}
