package aligntest

import (
	"fmt"
	"io"
	"math"
	"slices"
	"text/tabwriter"

	"narrate/internal/tts"
)

// Stats is how far the starts of words are from the truth. The zero value is of
// no word; Add sums over samples.
type Stats struct {
	Words   int       // of the truth
	Missing int       // of those, without a mark
	errors  []float64 // got less truth, in ms, of each word that has a mark
}

// Errors compares marks with the truth of a sample. A mark belongs to the first
// word without one whose bytes it shares.
func Errors(s Sample, got []tts.Mark) Stats {
	st := Stats{Words: len(s.Words)}
	for _, w := range s.Words {
		for len(got) > 0 && got[0].Hi <= w.Lo {
			got = got[1:]
		}
		if len(got) == 0 || got[0].Lo >= w.Hi {
			st.Missing++
			continue
		}
		st.errors = append(st.errors, float64(got[0].Frame-w.Start)*1000/float64(s.Rate))
		got = got[1:]
	}
	return st
}

// Add counts the words of other as well.
func (s *Stats) Add(other Stats) {
	s.Words += other.Words
	s.Missing += other.Missing
	s.errors = append(s.errors, other.errors...)
}

// Mean is the mean absolute error in milliseconds; like all of these it is NaN
// where no word has a mark.
func (s Stats) Mean() float64 {
	sum := 0.0
	for _, e := range s.errors {
		sum += math.Abs(e)
	}
	return sum / float64(len(s.errors))
}

// Bias is the mean error in milliseconds: above zero where marks are late.
func (s Stats) Bias() float64 {
	sum := 0.0
	for _, e := range s.errors {
		sum += e
	}
	return sum / float64(len(s.errors))
}

// Quantile is the absolute error in milliseconds that a share of the words does
// not exceed: 0.5 gives the median.
func (s Stats) Quantile(share float64) float64 {
	if len(s.errors) == 0 {
		return math.NaN()
	}
	sizes := make([]float64, len(s.errors))
	for i, e := range s.errors {
		sizes[i] = math.Abs(e)
	}
	slices.Sort(sizes)
	return sizes[max(0, int(math.Ceil(share*float64(len(sizes))))-1)]
}

// Within is the share of the words of the truth that have a mark at most that
// many milliseconds off.
func (s Stats) Within(ms float64) float64 {
	n := 0
	for _, e := range s.errors {
		if math.Abs(e) <= ms {
			n++
		}
	}
	return float64(n) / float64(s.Words)
}

// Row is a line of a table.
type Row struct {
	Name  string
	Stats Stats
}

// Table writes the numbers of several methods or voices, one a line.
func Table(w io.Writer, rows []Row) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	// What is written here is kept until Flush, which gives the error.
	fmt.Fprintln(t, "\twords\tmissing\tmean\tmedian\t95 %\tbias\t≤ 20 ms\t≤ 50 ms\t≤ 100 ms\t")
	for _, r := range rows {
		s := r.Stats
		fmt.Fprintf(t, "%s\t%d\t%d\t%.0f\t%.0f\t%.0f\t%+.0f\t%.1f %%\t%.1f %%\t%.1f %%\t\n", r.Name, s.Words, s.Missing,
			s.Mean(), s.Quantile(0.5), s.Quantile(0.95), s.Bias(), 100*s.Within(20), 100*s.Within(50), 100*s.Within(100))
	}
	return t.Flush()
}
