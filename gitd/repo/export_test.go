package repo

import "os"

// StateOf returns the process state of an ended git.
func StateOf(r *Receive) *os.ProcessState { return r.p.cmd.ProcessState }
