package scheduler

// overview tells people about the queue and the pools: places, and why jobs do not start.
type overview struct {
	*shared
	places places
}
