package main

import (
	"fmt"
	"slices"
	"time"
)

// sample holds the measured durations of one operation.
type sample []time.Duration

// quantile returns the q-quantile of the sample, by the nearest rank.
func (s sample) quantile(q float64) time.Duration {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

func (s sample) median() time.Duration { return s.quantile(0.5) }

// ratio returns the median divided by that of another sample.
func (s sample) ratio(other sample) float64 { return float64(s.median()) / float64(other.median()) }

// print prints one row, with the ratio to floor unless floor is empty.
func (s sample) print(name string, floor sample) {
	ratio := ""
	if len(floor) > 0 {
		ratio = fmt.Sprintf("   %.2f × floor", s.ratio(floor))
	}
	fmt.Printf("  %-44s p50 %9s   p99 %9s   n %d%s\n", name, round(s.median()), round(s.quantile(0.99)), len(s), ratio)
}

func round(d time.Duration) time.Duration {
	if d < 10*time.Millisecond {
		return d.Round(10 * time.Microsecond)
	}
	return d.Round(100 * time.Microsecond)
}

// timed returns the duration of f.
func timed(f func() error) (time.Duration, error) {
	start := time.Now()
	err := f()
	return time.Since(start), err
}
