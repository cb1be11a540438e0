// Package repo keeps the bare repositories on disk: it makes them, runs git's
// receive-pack and upload-pack in them with a fixed environment, judges what a push
// brought, pins what was accepted, and exports trees.
package repo

import (
	"context"
	"io"
	"os"
	"time"

	"github.com/grader/grader/schema"
)

// Options configure a Store.
type Options struct {
	Dir        string // of the repositories: Dir/<id / 256 in hex>/<id>.git
	Git        string // the git binary, absolute
	HookBinary string // grader-hook, absolute
	HookSocket string // of the hook server
	MaxPack    int64  // receive.maxInputSize, bytes
}

// Store is all repositories.
type Store struct{ o Options }

// Open prepares the directories and the hooks directory that every repository
// shares, and checks git's version.
func Open(o Options) (*Store, error) { panic("unwritten") }

// Path returns the directory of a repository, made (bare, by hand) if it is not there.
func (s *Store) Path(id int64) (string, error) { panic("unwritten") }

// Lock is the one writer's right to a repository: a flock that a receive-pack
// inherits, so that it lasts until the last process that could move a ref is gone.
type Lock struct{ f *os.File }

// Lock waits for a repository's lock.
func (s *Store) Lock(ctx context.Context, id int64) (*Lock, error) { panic("unwritten") }

// Unlock gives the lock back; an heir of the descriptor keeps it.
func (l *Lock) Unlock() error { return nil }

// Receive is a running git receive-pack. Its three streams are pipes.
type Receive struct {
	Stdin        io.WriteCloser
	Stdout       io.ReadCloser
	ProcessGroup int
}

// ReceivePack starts git receive-pack in its own process group, holding the
// lock's descriptor, with the hook server's address and the per-push token in its
// environment. It runs without the lock (nil) only to advertise refs.
func (s *Store) ReceivePack(ctx context.Context, id int64, lock *Lock, token string) (*Receive, error) {
	panic("unwritten")
}

// Wait waits for git to end.
func (r *Receive) Wait() error { panic("unwritten") }

// Kill ends the whole process group.
func (r *Receive) Kill() {}

// UploadPack serves a fetch over the given streams. protocol is "" or "version=N".
// allRefs shows refs/submissions too (for staff).
func (s *Store) UploadPack(ctx context.Context, id int64, protocol string, allRefs bool, stdin io.Reader, stdout, stderr io.Writer) error {
	panic("unwritten")
}

// Head returns refs/heads/main as a hex object name, 40 zeros where there is none.
func (s *Store) Head(id int64) (string, error) { panic("unwritten") }

// TreeOf returns the tree of a commit.
func (s *Store) TreeOf(id int64, commit string) (string, error) { panic("unwritten") }

// Pin makes refs/submissions/<name> point at the commit, durably. Doing it again is no error.
func (s *Store) Pin(id int64, name, commit string) error { panic("unwritten") }

// Pins lists refs/submissions/*: name to commit.
func (s *Store) Pins(id int64) (map[string]string, error) { panic("unwritten") }

// SeedStarter makes repository id, which must be empty, hold one commit on main
// with the directory (a path inside the tree) of another repository's commit: what
// a first clone serves. Its objects are self-contained.
func (s *Store) SeedStarter(ctx context.Context, id, from int64, commit, dir string, at time.Time) error {
	panic("unwritten")
}

// Entry is one path of a tree as `git ls-tree -rlz` prints it.
type Entry struct {
	Mode string // "100644", "100755", "120000" (symlink), "160000" (submodule)
	Hash string
	Size int64 // of a blob
	Path string
}

// Quarantine names the objects of a push that is not accepted yet; the zero value
// is the repository alone.
type Quarantine struct {
	Dir string // base name of the quarantine directory, below objects/
}

// Entries lists the whole tree of a commit, at most max entries (CodeLimit).
func (s *Store) Entries(ctx context.Context, id int64, q Quarantine, commit string, max int) ([]Entry, error) {
	panic("unwritten")
}

// ReadBlob returns a blob of at most max bytes.
func (s *Store) ReadBlob(ctx context.Context, id int64, q Quarantine, hash string, max int64) ([]byte, error) {
	panic("unwritten")
}

// ExportTar writes a commit's tree as a tar of regular files (mode 0644 or 0755,
// fixed times, in order of path): never through git archive, with caps on files, bytes and depth.
func (s *Store) ExportTar(ctx context.Context, id int64, commit string, w io.Writer) error {
	panic("unwritten")
}

// ReadFile returns one file of a commit; CodeNotFound.
func (s *Store) ReadFile(ctx context.Context, id int64, commit, path string, max int64) ([]byte, error) {
	panic("unwritten")
}

var _ schema.Code // the errors are schema.Error
