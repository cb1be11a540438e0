package load

import (
	"slices"
	"sync"
	"time"
)

// spans collects durations from several goroutines.
type spans struct {
	mu  sync.Mutex
	all []time.Duration
}

func (s *spans) add(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, d)
}

func (s *spans) report() spanReport {
	s.mu.Lock()
	all := slices.Clone(s.all)
	s.mu.Unlock()
	return reportOf(all)
}

// spanReport is a distribution of durations, in milliseconds.
type spanReport struct {
	Count int     `json:"count"`
	P50   float64 `json:"p50_ms"`
	P90   float64 `json:"p90_ms"`
	P99   float64 `json:"p99_ms"`
	Max   float64 `json:"max_ms"`
}

func reportOf(all []time.Duration) spanReport {
	if len(all) == 0 {
		return spanReport{}
	}
	slices.Sort(all)
	at := func(share float64) float64 { return milliseconds(all[int(share*float64(len(all)-1))]) }
	return spanReport{Count: len(all), P50: at(0.5), P90: at(0.9), P99: at(0.99), Max: at(1)}
}

// milliseconds converts and rounds a duration.
func milliseconds(d time.Duration) float64 {
	return float64(d.Round(10*time.Microsecond).Microseconds()) / 1000
}
