package schema

import (
	"bytes"
	"errors"
)

// MaxEnclosed is the size of the largest tree that is enclosed in an order, as a tar archive in bytes.
const MaxEnclosed = 256 << 10

// Enclosed holds the small trees of a job as tar archives. The runner fetches a tree whose archive is empty.
type Enclosed struct {
	Submission []byte `json:"submission,omitempty"`
	Tests      []byte `json:"tests,omitempty"`
	Prepared   []byte `json:"prepared,omitempty"`
	// Unprepared says that the server has no prepared files, so that the runner need not ask for them.
	Unprepared bool `json:"unprepared,omitempty"`
}

// errNotSmall ends the writing of a tree that is not small.
var errNotSmall = errors.New("the tree is larger than what is enclosed in an order")

// SmallTree is a buffer for a tree as a tar archive of at most MaxEnclosed bytes.
type SmallTree struct{ tar bytes.Buffer }

// Write implements io.Writer. It fails if the archive becomes too large.
func (t *SmallTree) Write(p []byte) (int, error) {
	if t.tar.Len()+len(p) > MaxEnclosed {
		return 0, errNotSmall
	}
	return t.tar.Write(p)
}

// Bytes returns what was written.
func (t *SmallTree) Bytes() []byte { return t.tar.Bytes() }
