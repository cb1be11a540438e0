package schema

import "time"

// Measurement is how the queue of a flavour did in a time. Measurements are thinned with age.
type Measurement struct {
	Flavour  string
	At       time.Time     // begin of the time
	Span     time.Duration // its length: a minute, ten minutes or an hour
	Waiting  int           // the most jobs that waited
	Verdicts int           // jobs that ended with a result
	Pushes   int           // of them those that Wait50 and Wait95 are measured on
	Wait50   time.Duration // median of how long pushes waited for a runner; of a longer span the mean of medians
	Wait95   time.Duration // 95th percentile; of a longer span the largest
	Busy     float64       // runners with a job, on average
	Max      float64       // runners that the flavour may have, on average
}

// Utilisation is the share of the flavour's runners that were busy, from 0 to 1.
func (m Measurement) Utilisation() float64 {
	if m.Max <= 0 {
		return 0
	}
	return min(1, m.Busy/m.Max)
}
