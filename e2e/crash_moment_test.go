package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// moment is a point in the processing of a push or a job at which the server is killed.
type moment string

const (
	momentAny        moment = "any"        // any moment
	momentPack       moment = "pack"       // a client is in the middle of its pack
	momentList       moment = "list"       // an intent is open
	momentQuarantine moment = "quarantine" // git has objects in quarantine
	momentMoved      moment = "moved"      // main has moved, and the push is not recorded
	momentPinned     moment = "pinned"     // main has moved and its commit is pinned, and the push is not recorded
	momentWriting    moment = "writing"    // main has moved, and a transaction is running
	momentQueued     moment = "queued"     // a job waits
	momentAssigned   moment = "assigned"   // a runner has a job but has not started it
	momentRunning    moment = "running"    // a job runs
	momentFinishing  moment = "finishing"  // the last test of a job has ended, and its result is not stored
)

func moments() []moment {
	return []moment{
		momentAny, momentPack, momentList, momentQuarantine, momentMoved, momentPinned, momentWriting,
		momentQueued, momentAssigned, momentRunning, momentFinishing,
	}
}

// watcher observes the moments of a server's pushes and jobs.
type watcher struct {
	data   string
	ledger *ledger
	shm    *os.File    // shared memory of the database; its locks show transactions
	held   func() bool // a client holds its pack
}

func newWatcher(c *classroom, held func() bool) *watcher {
	shm, err := os.Open(filepath.Join(c.data, "grader.db-shm"))
	check(c.t, err)
	l := c.ledger()
	l.watches = true
	return &watcher{data: c.data, ledger: l, shm: shm, held: held}
}

func (w *watcher) close() {
	w.ledger.close()
	w.shm.Close()
}

// at reports whether a push or a job is at the moment.
func (w *watcher) at(m moment) bool {
	switch m {
	case momentPack:
		return w.held()
	case momentList:
		return len(w.ledger.openIntents()) > 0
	case momentQuarantine:
		found, err := filepath.Glob(filepath.Join(w.data, "repositories/*/*.git/objects/tmp_objdir-*"))
		return err == nil && len(found) > 0
	case momentMoved:
		return w.moved(false)
	case momentPinned:
		return w.moved(true)
	case momentWriting:
		return w.writing() && w.moved(false)
	case momentQueued, momentAssigned, momentRunning:
		return w.ledger.count(`SELECT count(*) FROM jobs WHERE state = ?`, string(m)) > 0
	case momentFinishing:
		return w.ledger.count(`SELECT count(*) FROM jobs j WHERE state = 'running' AND 2 <= (
			SELECT count(*) FROM events e WHERE e.job_id = j.id AND e.kind = 'test'
				AND e.seq > (SELECT max(seq) FROM events s WHERE s.job_id = j.id AND s.kind = 'started'))`) > 0
	}
	return true
}

// done returns the number of finished jobs.
func (w *watcher) done() int {
	return w.ledger.count(`SELECT count(*) FROM jobs WHERE state = 'done'`)
}

// moved reports whether main is at the new commit of an open intent and, if pinned is set,
// whether the commit is pinned.
func (w *watcher) moved(pinned bool) bool {
	for _, in := range w.ledger.openIntents() {
		dir := repositoryDir(w.data, in.repository)
		if readRef(dir, "refs/heads/main") != in.commit {
			continue
		}
		if !pinned || readRef(dir, "refs/submissions/"+in.id) == in.commit {
			return true
		}
	}
	return false
}

// walWriteLock is the byte of the shared-memory file that a writer of the database locks
// (SQLite's file format, "WAL-index locks").
const walWriteLock = 120

// writing reports whether the server is in a transaction that writes.
func (w *watcher) writing() bool {
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Start: walWriteLock, Len: 1}
	err := syscall.FcntlFlock(w.shm.Fd(), syscall.F_GETLK, &lock)
	return err == nil && lock.Type != syscall.F_UNLCK
}

func repositoryDir(data string, id int64) string {
	return filepath.Join(data, "repositories", fmt.Sprintf("%x", id/256), fmt.Sprintf("%d.git", id))
}

// readRef returns the value of a loose ref, "" if it does not exist.
func readRef(dir, ref string) string {
	text, err := os.ReadFile(filepath.Join(dir, ref))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
