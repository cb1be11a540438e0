package repo

import "os"

// StateOf returns the process state of an ended git.
func StateOf(r *Receive) *os.ProcessState { return r.p.cmd.ProcessState }

// AwaitAhead waits for the exports that ExportAhead has started, and returns how many are kept.
func AwaitAhead(s *Store) int {
	s.ahead.mu.Lock()
	defer s.ahead.mu.Unlock()
	for _, e := range s.ahead.list {
		<-e.done
	}
	return len(s.ahead.list)
}
