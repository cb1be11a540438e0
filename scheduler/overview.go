package scheduler

// overview reports on the queue and the pools: the places of jobs, and why jobs do not start.
type overview struct {
	*shared
	places places
}
