package repo

import "os"

// StateOf returns what a test wants to know of an ended git.
func StateOf(r *Receive) *os.ProcessState { return r.p.cmd.ProcessState }
