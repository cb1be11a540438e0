package repo

import (
	"context"
	"slices"
	"sync"

	"github.com/grader/grader/schema"
)

// maxAhead is the number of trees that are kept for the first ExportTar. The oldest one is dropped first.
const maxAhead = 32

// exportsAhead holds small trees that were exported before a runner asks for them.
type exportsAhead struct {
	mu   sync.Mutex
	list []*exportAhead // oldest first
}

// exportAhead is the tar archive of one commit's tree.
type exportAhead struct {
	id     int64
	commit string
	done   chan struct{} // closed when tar is set
	tar    []byte        // nil: it failed or is not small
}

// ExportAhead exports a commit's tree in the background and keeps the archive for the next ExportTar
// of that commit, if it has at most schema.MaxEnclosed bytes. So a push's export runs while its record
// is written to the disk, and the runner that claims the job does not wait for it.
func (s *Store) ExportAhead(id int64, commit string) {
	e := s.ahead.add(id, commit)
	go func() {
		defer close(e.done)
		defer func() { _ = recover() }() // ExportTar tries again, where a panic is logged
		var into schema.SmallTree
		if err := s.exportTar(context.Background(), id, commit, &into); err == nil { // ExportTar returns the error
			e.tar = into.Bytes()
		}
	}()
}

// exportedAhead returns the archive that ExportAhead has made for a commit and drops it. It waits for
// an export that runs. It returns nil if there is none.
func (s *Store) exportedAhead(ctx context.Context, id int64, commit string) []byte {
	e := s.ahead.take(id, commit)
	if e == nil {
		return nil
	}
	select {
	case <-e.done:
		return e.tar
	case <-ctx.Done():
		return nil
	}
}

func (a *exportsAhead) add(id int64, commit string) *exportAhead {
	a.mu.Lock()
	defer a.mu.Unlock()
	e := &exportAhead{id: id, commit: commit, done: make(chan struct{})}
	a.list = append(a.list, e)
	if len(a.list) > maxAhead {
		a.list = slices.Delete(a.list, 0, 1)
	}
	return e
}

// take removes and returns the export of a commit, nil if there is none.
func (a *exportsAhead) take(id int64, commit string) *exportAhead {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := slices.IndexFunc(a.list, func(e *exportAhead) bool { return e.id == id && e.commit == commit })
	if i < 0 {
		return nil
	}
	e := a.list[i]
	a.list = slices.Delete(a.list, i, i+1)
	return e
}
