package repo

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// linkRef creates a new ref durably. It writes a separate file and links it into place. Unlike
// a rename, this never replaces a file that another process has put there (fs.ErrExist).
func linkRef(dir, ref, commit string) error {
	// Outside refs/, so that git never takes a half-written file for a ref.
	fresh, err := os.CreateTemp(dir, ".ref-")
	if err != nil {
		return err
	}
	defer os.Remove(fresh.Name())
	defer fresh.Close()
	if _, err := fresh.WriteString(commit + "\n"); err != nil {
		return err
	}
	path := filepath.Join(dir, ref)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := syncAll(append(wayTo(dir, ref), fresh.Name())...); err != nil {
		return err
	}
	if err := os.Link(fresh.Name(), path); err != nil {
		return err
	}
	return syncAll(filepath.Dir(path))
}

// copyMain is linkRef for the commit that main is usually at: it links main's own file as the
// ref's. git has made that file durable (core.fsync) and replaces it when main moves, never
// writes into it, so that only the names remain to be synced.
func copyMain(dir, ref, commit string) error {
	main := filepath.Join(dir, mainRef)
	if at, err := os.ReadFile(main); err != nil || string(at) != commit+"\n" {
		return linkRef(dir, ref, commit) // main is packed, or has moved on
	}
	path := filepath.Join(dir, ref)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	way := wayTo(dir, ref)
	if err := os.Link(main, path); err != nil {
		return err
	}
	return syncAll(way...)
}

// wayTo names the directories that must be durable for a ref to be durable. git syncs the files
// that it writes, never the directories that name them. The way to the repository itself is
// synced with its first ref; before that there is nothing to lose.
func wayTo(dir, ref string) []string {
	refs := filepath.Join(dir, filepath.Dir(ref))
	way := []string{filepath.Join(dir, "objects/pack"), filepath.Join(dir, "refs/heads")}
	if entries, err := os.ReadDir(refs); err == nil && len(entries) > 0 {
		return append(way, refs)
	}
	return append(way, refs, filepath.Join(dir, "refs"), filepath.Join(dir, "HEAD"), filepath.Join(dir, "config"),
		dir, filepath.Dir(dir), filepath.Dir(filepath.Dir(dir)))
}

// syncAll makes files and directories durable concurrently: a journal writes them in one
// commit.
func syncAll(paths ...string) error {
	var all errgroup.Group
	for _, path := range paths {
		all.Go(func() error {
			f, err := os.Open(path)
			if err != nil {
				return fmt.Errorf("sync: %w", err)
			}
			defer f.Close()
			if err := f.Sync(); err != nil {
				return fmt.Errorf("sync %s: %w", path, err)
			}
			return nil
		})
	}
	return all.Wait()
}
