// Package scheduler gives queued jobs to fresh runners: the runners' HTTP
// interface, leases and their rescuer, the event hub with replay, and the sizes of
// the pools. The queue itself is the store's table.
package scheduler
