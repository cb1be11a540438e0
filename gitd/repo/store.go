package repo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"

	"github.com/grader/grader/schema"
)

// Store manages all repositories.
type Store struct {
	o            Options
	capabilities string // capabilities of git's receive-pack, read by Open
	locks        queues
	receiving    slots
	fetching     slots
	readers      [64]sync.RWMutex // by repository; several repositories share one
}

// Open prepares the directories and the hooks directory that all repositories share. It also checks
// git's version.
func Open(o Options) (*Store, error) {
	o = o.withDefaults()
	s := &Store{o: o, locks: newQueues(), receiving: newSlots(o.Processes), fetching: newSlots(o.Processes)}
	for _, path := range []string{o.Dir, o.Git, o.HookBinary, o.HookSocket} {
		if !filepath.IsAbs(path) {
			return nil, fmt.Errorf("open repositories: %q is not an absolute path", path)
		}
	}
	if err := s.checkGit(); err != nil {
		return nil, err
	}
	if err := s.clearViews(); err != nil {
		return nil, fmt.Errorf("open repositories: %w", err)
	}
	if err := s.makeHooks(); err != nil {
		return nil, fmt.Errorf("open repositories: %w", err)
	}
	if err := s.learnCapabilities(); err != nil {
		return nil, fmt.Errorf("open repositories: %w", err)
	}
	return s, nil
}

// oldestGit is the first minor version that has core.fsync and the present name of the quarantine.
const oldestGit = 36

var versionPattern = regexp.MustCompile(`^git version 2\.(\d+)`)

func (s *Store) checkGit() error {
	out, err := s.git(context.Background(), command{args: []string{"version"}, env: environment(common()), max: 1 << 10})
	if err != nil {
		return fmt.Errorf("ask git for its version: %w", err)
	}
	found := versionPattern.FindSubmatch(out)
	if found == nil {
		return schema.Errorf(schema.CodeInvalid, "%s is not git 2.%d or later: it says %q", s.o.Git, oldestGit, schema.Sanitize(string(out)))
	}
	if minor, err := strconv.Atoi(string(found[1])); err != nil || minor < oldestGit {
		return schema.Errorf(schema.CodeInvalid, "git 2.%d or later is needed; %s is %q", oldestGit, s.o.Git, bytes.TrimSpace(out))
	}
	return nil
}

func (s *Store) hooksDir() string { return filepath.Join(s.o.Dir, "hooks") }

// makeHooks links both hook names to the one binary. Repositories have no hooks of their own.
func (s *Store) makeHooks() error {
	if err := os.MkdirAll(s.hooksDir(), 0o700); err != nil {
		return fmt.Errorf("hooks directory: %w", err)
	}
	if info, err := os.Stat(s.o.HookBinary); err != nil || info.Mode()&0o111 == 0 {
		return fmt.Errorf("hook binary %s cannot be run: %w", s.o.HookBinary, errors.Join(err, os.ErrPermission))
	}
	for _, name := range []string{"pre-receive", "post-receive"} {
		link := filepath.Join(s.hooksDir(), name)
		if to, err := os.Readlink(link); err == nil && to == s.o.HookBinary {
			continue
		}
		fresh := link + ".new"
		if err := os.Remove(fresh); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("hook link: %w", err)
		}
		if err := os.Symlink(s.o.HookBinary, fresh); err != nil {
			return fmt.Errorf("hook link: %w", err)
		}
		if err := os.Rename(fresh, link); err != nil {
			return fmt.Errorf("hook link: %w", err)
		}
	}
	return nil
}
