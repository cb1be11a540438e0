package schema

import "time"

// Measurement summarises the queue of a flavour over a period. Older measurements are merged into
// longer periods.
type Measurement struct {
	Flavour  string
	At       time.Time     // start of the period
	Span     time.Duration // length of the period: a minute, ten minutes or an hour
	Waiting  int           // highest number of waiting jobs
	Verdicts int           // jobs that ended with a result
	Pushes   int           // verdicts that Wait50 and Wait95 are computed from
	Wait50   time.Duration // median time that pushes waited for a runner; for longer spans, the mean of medians
	Wait95   time.Duration // 95th percentile; for longer spans, the largest
	Busy     float64       // average number of runners with a job
	Max      float64       // average number of runners that the flavour may have
}

// Utilisation returns the share of the flavour's runners that were busy, from 0 to 1.
func (m Measurement) Utilisation() float64 {
	if m.Max <= 0 {
		return 0
	}
	return min(1, m.Busy/m.Max)
}
