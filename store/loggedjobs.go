package store

import "sync"

// loggedJobs holds the jobs whose damage was logged, so that it is logged once while the server runs. The zero value
// is ready for use.
type loggedJobs struct {
	mu   sync.Mutex
	jobs map[int64]bool
}

// first reports whether the job was not passed to first before.
func (l *loggedJobs) first(job int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.jobs[job] {
		return false
	}
	if l.jobs == nil {
		l.jobs = make(map[int64]bool)
	}
	l.jobs[job] = true
	return true
}
