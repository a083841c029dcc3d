package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"narrate/internal/clipstore"
)

func newCacheCommand(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "cache",
		Short: "show, prune and verify the clip store",
		Long: `The clip store keeps every spoken sentence under a hash of all that made its
sound, so that nothing is spoken twice. It may be pruned at any time: what is
missing is spoken again.`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return a.withStore(c.Context(), a.showStore) },
	}
	c.AddCommand(newPruneCommand(a), &cobra.Command{
		Use:   "verify",
		Short: "check every clip and remove the damaged ones",
		Args:  noArguments,
		RunE:  func(c *cobra.Command, _ []string) error { return a.withStore(c.Context(), a.verifyStore) },
	})
	return c
}

func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("unexpected argument %q", args[0])}
	}
	return nil
}

func (a *app) withStore(ctx context.Context, do func(context.Context, *clipstore.Store) error) error {
	store, err := a.store(ctx)
	if err != nil {
		return err
	}
	return errors.Join(do(ctx, store), store.Close())
}

func (a *app) showStore(_ context.Context, s *clipstore.Store) error {
	entries, err := s.Entries()
	if err != nil {
		return err
	}
	var total int64
	oldest := time.Time{}
	for _, e := range entries {
		total += e.Bytes
		if oldest.IsZero() || e.LastUsed.Before(oldest) {
			oldest = e.LastUsed
		}
	}
	_, err = fmt.Fprintf(a.stdout, "folder  %s\nclips   %d\nsize    %s of at most %s\n", printable(s.Dir()), len(entries), byteSize(total), byteSize(maxStore))
	if err == nil && len(entries) > 0 {
		_, err = fmt.Fprintf(a.stdout, "oldest  last used %s\n", oldest.Format("2006-01-02"))
	}
	return err
}

func (a *app) verifyStore(ctx context.Context, s *clipstore.Store) error {
	damaged, err := s.Repair(ctx)
	if err != nil {
		return err
	}
	for _, key := range damaged {
		a.messages.warningf("clip %s was damaged and is removed; it will be spoken again", key)
	}
	entries, err := s.Entries()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "%d %s whole, %d removed\n", len(entries), plural(len(entries), "clip"), len(damaged))
	return err
}

func newPruneCommand(a *app) *cobra.Command {
	var size, unused string
	var everything bool
	c := &cobra.Command{
		Use:   "prune",
		Short: "remove clips, the longest unused first",
		Example: `  narrate cache prune --max-size 2GiB
  narrate cache prune --unused 30d
  narrate cache prune --all`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			limits := clipstore.Limits{MaxBytes: maxStore}
			var err error
			if size != "" {
				if limits.MaxBytes, err = parseSize(size); err != nil {
					return usageError{fmt.Errorf("--max-size: %w", err)}
				}
			}
			if unused != "" {
				age, err := parseAge(unused)
				if err != nil {
					return usageError{fmt.Errorf("--unused: %w", err)}
				}
				limits.UnusedSince = time.Now().Add(-age)
			}
			if everything {
				if size != "" || unused != "" {
					return usageError{errors.New("--all leaves nothing for --max-size or --unused to keep")}
				}
				limits.MaxBytes = 0
			}
			return a.withStore(c.Context(), func(_ context.Context, s *clipstore.Store) error {
				pruned, err := s.Prune(limits)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(a.stdout, "removed %d %s, %s\n", pruned.Clips, plural(pruned.Clips, "clip"), byteSize(pruned.Bytes))
				return err
			})
		},
	}
	c.Flags().StringVar(&size, "max-size", "", "what the store may hold, such as 500MiB or 2GiB (default "+byteSize(maxStore)+")")
	c.Flags().StringVar(&unused, "unused", "", "remove what was not used for this long, such as 30d or 12h")
	c.Flags().BoolVar(&everything, "all", false, "remove everything")
	return c
}

// parseSize reads "500MiB", "2G" or a number of bytes; K, M, G and T are
// powers of 1024.
func parseSize(s string) (int64, error) {
	number := strings.TrimRight(s, "BbiI ")
	shift := 0
	if n := len(number); n > 0 {
		if i := strings.IndexByte("KMGT", number[n-1]&^0x20); i >= 0 {
			number, shift = number[:n-1], 10*(i+1)
		}
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	size := v * float64(int64(1)<<shift)
	if err != nil || !(size >= 0 && size < 1<<62) {
		return 0, fmt.Errorf("%q is not a size such as 500MiB or 2GiB", s)
	}
	return int64(size), nil
}

// parseAge reads a duration with days: "30d", "12h".
func parseAge(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return 0, fmt.Errorf("%q is not a time such as 30d or 12h", s)
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q is not a time such as 30d or 12h", s)
	}
	return d, nil
}
