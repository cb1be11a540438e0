// Package scheduler assigns queued jobs to fresh runners. It implements the runners' HTTP
// interface, the leases and their rescuer, the event hub with replay, and the scaling of the pools.
// The queue is a table of the store.
package scheduler
