package nomad

import (
	"strings"
	"time"
)

// dispatchInfix separates the parent's name from the rest of a dispatched job's name.
const dispatchInfix = "/dispatch-"

// runner is one dispatched job. Its id is the job's name, which staff can look up in Nomad. The
// pool's mu guards it.
type runner struct {
	id         string
	flavour    string
	make       string // fingerprint of the specification; "" if unknown
	createdAt  time.Time
	alloc      string // "" until Nomad has placed it
	node       string // its name
	nodeID     string
	registered bool
	leaving    bool // Nomad is ending it
	silent     bool // its node does not answer to Nomad
	retired    bool // it no longer serves
	gone       chan struct{}
}

// serves reports whether the runner counts towards the wanted number.
func (r *runner) serves() bool { return !r.retired && !r.leaving && !r.silent }

// where describes the runner's location for people.
func (r *runner) where() string {
	if r.alloc == "" {
		return "waits for a node"
	}
	return "allocation " + r.alloc[:min(8, len(r.alloc))] + " on " + r.node
}

// flavourOf returns the flavour of a dispatched job of this pool, or false for any other job.
func (s Settings) flavourOf(job string) (string, bool) {
	parent, _, dispatched := strings.Cut(job, dispatchInfix)
	flavour, ours := strings.CutPrefix(parent, s.Prefix+"-")
	return flavour, dispatched && ours
}
