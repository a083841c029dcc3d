//go:build unix

// Command bench measures narrate against a good shell pipeline on the same
// text, and its memory on a long book. `make bench` runs it; docs/performance.md
// explains the figures.
package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"narrate/internal/preset"
)

//go:embed pipeline.sh
var pipelineScript string

const voice = "gmw/de"

func main() {
	program := flag.String("narrate", "./narrate", "the program to measure")
	hours := flag.Float64("hours", 1, "length of the text that is compared, in hours of speech")
	runs := flag.Int("runs", 3, "how often each side runs, in turns")
	long := flag.Float64("long", 20, "length of the text whose memory is measured, in hours of speech; 0 for none")
	flag.Parse()
	if err := run(*program, *hours, *runs, *long); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// cost is what one run took.
type cost struct {
	wall, cpu time.Duration
	// peak is the largest resident size of any one process of the run, in MiB.
	peak float64
}

// measure runs a command to its end.
func measure(name string, args ...string) (cost, error) {
	c := exec.Command(name, args...)
	var stderr strings.Builder
	c.Stderr = &stderr
	began := time.Now()
	if err := c.Run(); err != nil {
		return cost{}, fmt.Errorf("%s: %w\n%s", name, err, stderr.String())
	}
	usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return cost{}, errors.New("this system does not report what a process used")
	}
	return cost{
		wall: time.Since(began),
		cpu:  c.ProcessState.UserTime() + c.ProcessState.SystemTime(),
		peak: float64(usage.Maxrss) / 1024,
	}, nil
}

func run(program string, hours float64, runs int, long float64) error {
	dir, err := os.MkdirTemp("", "narrate-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	text := filepath.Join(dir, "book.de.txt")
	if err := os.WriteFile(text, []byte(article(hours)), 0o644); err != nil {
		return err
	}
	script := filepath.Join(dir, "pipeline.sh")
	if err := os.WriteFile(script, []byte(pipelineScript), 0o755); err != nil {
		return err
	}
	sentences, chapters, err := sentencesOf(program, text)
	if err != nil {
		return err
	}
	speech, err := preset.Find("speech")
	if err != nil {
		return err
	}
	encoding := speech.Encoding
	// The pipeline neither masters nor checks; what that adds is measured too.
	plain := []string{"--sound", "measure=none", "--check=false"}
	var cold, warm, whole, shell []cost
	for i := range runs {
		work := filepath.Join(dir, "shell"+strconv.Itoa(i))
		if err := prepare(work, sentences, chapters); err != nil {
			return err
		}
		c, err := measure("bash", script, work, voice, strconv.Itoa(encoding.MP3), strconv.Itoa(encoding.Quality))
		if err != nil {
			return err
		}
		shell = append(shell, c)
		store, out := filepath.Join(dir, "store"), filepath.Join(dir, "out")
		for _, side := range []struct {
			costs *[]cost
			args  []string
		}{{&cold, plain}, {&warm, plain}, {&whole, nil}} {
			c, err := measure(program, append(side.args, "--quiet", "--force", "--preset", "speech", "--cache", store, "-o", out, text)...)
			if err != nil {
				return err
			}
			*side.costs = append(*side.costs, c)
		}
		if i == 0 {
			if err := printLengths(filepath.Join(work, "out.mp3"), filepath.Join(out, "book.de.mp3")); err != nil {
				return err
			}
		}
		if err := errors.Join(os.RemoveAll(store), os.RemoveAll(work)); err != nil {
			return err
		}
	}
	fmt.Printf("%g h of speech, %d sentences, MP3 at %d kb/s, LAME quality %d, %d cores, median of %d\n",
		hours, strings.Count(sentences, "\n"), encoding.MP3/1000, encoding.Quality, runtime.NumCPU(), runs)
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\twall\tCPU\tpeak\twall / pipeline\twanted\t")
	for _, row := range []struct {
		name   string
		costs  []cost
		wanted string
	}{{"shell pipeline", shell, ""}, {"narrate, cold store", cold, "≤ 0.45"}, {"narrate, warm store", warm, "≤ 0.25"}, {"warm, mastered and checked", whole, ""}} {
		ratios := make([]float64, runs)
		for i := range runs {
			ratios[i] = row.costs[i].wall.Seconds() / shell[i].wall.Seconds()
		}
		m := middle(row.costs)
		fmt.Fprintf(table, "%s\t%.2f s\t%.2f s\t%.0f MiB\t%.3f\t%s\t\n", row.name, m.wall.Seconds(), m.cpu.Seconds(), m.peak, median(ratios), row.wanted)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if long == 0 {
		return nil
	}
	if err := os.WriteFile(text, []byte(article(long)), 0o644); err != nil {
		return err
	}
	c, err := measure(program, "--quiet", "--force", "--preset", "speech", "--cache", filepath.Join(dir, "store"), "-o", filepath.Join(dir, "out"), text)
	if err != nil {
		return err
	}
	fmt.Printf("%g h of speech: %.0f s, peak %.0f MiB (wanted: ≤ 250 MiB)\n", long, c.wall.Seconds(), c.peak)
	return nil
}

// sentencesOf asks narrate itself how the text is split, so that both sides
// speak the same sentences.
func sentencesOf(program, text string) (sentences, chapters string, err error) {
	out, err := exec.Command(program, "script", "--json", text).Output()
	if err != nil {
		return "", "", fmt.Errorf("%s script: %w", program, err)
	}
	var s struct {
		Chapters []struct {
			Title      string
			Utterances []struct{ Spoken string }
		}
	}
	if err := json.Unmarshal(out, &s); err != nil {
		return "", "", err
	}
	var lines, marks strings.Builder
	n := 0
	for _, c := range s.Chapters {
		fmt.Fprintf(&marks, "%d\t%s\n", n+1, c.Title)
		for _, u := range c.Utterances {
			lines.WriteString(u.Spoken + "\n")
			n++
		}
	}
	return lines.String(), marks.String(), nil
}

func prepare(dir, sentences, chapters string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "sentences.txt"), []byte(sentences), 0o644),
		os.WriteFile(filepath.Join(dir, "chapters.txt"), []byte(chapters), 0o644),
	)
}

// printLengths shows that both files hold the same amount of speech.
func printLengths(files ...string) error {
	for _, f := range files {
		out, err := exec.Command("ffprobe", "-v", "error", "-show_entries", "format=duration,bit_rate,size", "-of", "compact=p=0", f).Output()
		if err != nil {
			return fmt.Errorf("ffprobe: %w", err)
		}
		fmt.Printf("%s: %s", filepath.Base(f), out)
	}
	return nil
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// middle is the run with the median wall time.
func middle(costs []cost) cost {
	sorted := slices.SortedFunc(slices.Values(costs), func(a, b cost) int { return int(a.wall - b.wall) })
	return sorted[len(sorted)/2]
}
