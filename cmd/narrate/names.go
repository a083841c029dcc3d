package main

import (
	"fmt"
	"strings"
	"time"

	"narrate/internal/pipeline"
)

func formatNames() string {
	names := make([]string, len(outputFormats))
	for i, f := range outputFormats {
		names[i] = f.Info().Name
	}
	return strings.Join(names, ",")
}

func presetNames() string {
	names := make([]string, len(pipeline.Presets))
	for i, p := range pipeline.Presets {
		names[i] = p.Name
	}
	return strings.Join(names, ",")
}

func splitNames(list string) []string { return strings.Split(list, ",") }

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// clock writes a duration as h:mm:ss or m:ss, to the nearest second.
func clock(d time.Duration) string {
	s := int64(d.Round(time.Second) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// byteSize writes a size as people read it.
func byteSize(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d bytes", n)
}
