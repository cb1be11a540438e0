package repo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
)

var commitPattern = regexp.MustCompile(`^[0-9a-f]{40}$`)

// Fetched is a commit of another server with its history, in a temporary repository that borrows
// the objects of a repository of the store. Close removes it.
type Fetched struct {
	store   *Store
	dir     string
	commit  string
	options []string // options of its push
}

// borrower makes a temporary repository that borrows the objects of a repository of the store. The
// caller removes the directory.
func (s *Store) borrower(ctx context.Context, id int64, settings []setting) (dir string, env []string, err error) {
	if dir, err = os.MkdirTemp("", "grader-upload-"); err != nil {
		return "", nil, fmt.Errorf("make a repository for an upload: %w", err)
	}
	env = environment(settings, "GIT_DIR="+dir)
	if _, err := s.git(ctx, command{args: []string{"init", "-q", "--bare", "--template="}, env: env, max: 4096}); err != nil {
		return dir, nil, err
	}
	if !s.exists(id) { // the repository has no objects yet
		return dir, env, nil
	}
	alternates := filepath.Join(s.directory(id), "objects") + "\n"
	if err := os.MkdirAll(filepath.Join(dir, "objects", "info"), 0o700); err != nil {
		return dir, nil, fmt.Errorf("borrow objects: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "objects", "info", "alternates"), []byte(alternates), 0o600); err != nil {
		return dir, nil, fmt.Errorf("borrow objects: %w", err)
	}
	return dir, env, nil
}

// fetchSettings returns the settings of a fetch from another server. The authorization header is in
// the environment, which no other user can read. It is sent only to that server, because redirects
// are refused.
func fetchSettings(f schema.FetchedPush) []setting {
	scheme, _, _ := strings.Cut(f.URL, "://")
	settings := append(common(),
		setting{"protocol." + scheme + ".allow", "always"},
		setting{"http.followRedirects", "false"},
		setting{"http.lowSpeedLimit", "1000"},
		setting{"http.lowSpeedTime", "30"},
		setting{"credential.helper", ""},
		setting{"core.hooksPath", os.DevNull},
		setting{"fetch.unpackLimit", "1"}, // store one pack, whose size can be limited
	)
	if f.Header != "" {
		settings = append(settings, setting{"http.extraHeader", f.Header})
	}
	return settings
}

// Fetch fetches a commit for a repository, with the part of its history that the repository lacks.
// The error is CodeRefused if the commit no longer exists or is too large, CodeUnauthenticated if
// the other server denies access, and CodeUnavailable if it does not answer.
func (s *Store) Fetch(ctx context.Context, id int64, f schema.FetchedPush) (*Fetched, error) {
	scheme, _, _ := strings.Cut(f.URL, "://")
	if !commitPattern.MatchString(f.Commit) || scheme != "https" && scheme != "http" {
		return nil, schema.Errorf(schema.CodeInvalid, "%q of %q cannot be fetched", schema.Sanitize(f.Commit), schema.Sanitize(f.URL))
	}
	dir, env, err := s.borrower(ctx, id, fetchSettings(f))
	fetched := &Fetched{store: s, dir: dir, commit: f.Commit}
	if f.Late {
		fetched.options = []string{"late"}
	}
	if err == nil {
		_, err = s.git(ctx, command{
			args: []string{"fetch", "-q", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--stdin", f.URL},
			env:  env, held: []byte("+" + f.Commit + ":" + mainRef + "\n"), max: 4096, prepare: limitFiles(uint64(s.MaxRead())),
		})
		err = s.explainFetch(ctx, err)
	}
	if err != nil {
		fetched.Close()
		return nil, err
	}
	return fetched, nil
}

// explainFetch adds a code and a message to the error of a fetch.
func (s *Store) explainFetch(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	says := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(err.Error(), w) {
				return true
			}
		}
		return false
	}
	switch {
	case ctx.Err() != nil:
		return schema.Wrapf(schema.CodeUnavailable, err, "the commit could not be fetched in time")
	case says("attempting to allocate"): // GIT_ALLOC_LIMIT
		return schema.Wrapf(schema.CodeRefused, err, "a version of a file in its history is too large for git's memory here. Remove large files from its history, and push again")
	case says("signal 25", "File too large"), says("invalid index-pack output") && !says("early EOF", "unexpected disconnect", "RPC failed"):
		return schema.Wrapf(schema.CodeRefused, err, "the repository has more than %s MiB of history that is not here yet. Remove large files from its history, and push again", strconv.FormatInt(s.MaxRead()>>20, 10))
	case says("not our ref", "couldn't find remote ref", "no such remote ref"):
		return schema.Wrapf(schema.CodeRefused, err, "the commit is not in the repository any more. Push again")
	case says("Authentication failed", "could not read Username", "error: 403", "error: 401"):
		return schema.Wrapf(schema.CodeUnauthenticated, err, "the repository may not be read with our credentials")
	}
	return schema.Wrapf(schema.CodeUnavailable, err, "the commit could not be fetched")
}

// Push pushes the commit to main over a socket. A server reads the other end. The error contains
// the messages of git and of the server.
func (f *Fetched) Push(ctx context.Context, socket *os.File) error {
	env := environment(append(common(), setting{"protocol.fd.allow", "always"}), "GIT_DIR="+f.dir)
	_, err := f.store.git(ctx, command{args: pushArgs(f.options, "+"+f.commit), env: env, max: 4096, inherit: socket})
	return err
}

// pushArgs returns the arguments of a push to main over the inherited socket.
func pushArgs(options []string, what string) []string {
	args := []string{"push", "-q", "-o", "nowait"}
	for _, o := range options {
		args = append(args, "-o", o)
	}
	return append(args, "fd::3", what+":"+mainRef)
}

// Close removes the repository.
func (f *Fetched) Close() {
	if f.dir != "" {
		_ = os.RemoveAll(f.dir) // ignored: the system removes temporary files
	}
}
