package repo

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
)

// linkRef creates a new ref durably. It writes a temporary file and links it into place. Unlike a
// rename, the link never replaces a file that another process has created (fs.ErrExist).
func linkRef(dir, ref, commit string) error {
	// The file is outside refs/, so that git never reads a half-written file as a ref.
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

// copyMain is like linkRef for the commit that main is usually at: it links the file of main as the
// new ref. git has made that file durable (core.fsync), and replaces it when main moves instead of
// writing into it. So only the directories have to be synced.
func copyMain(dir, ref, commit string) error {
	main := filepath.Join(dir, mainRef)
	if at, err := os.ReadFile(main); err != nil || string(at) != commit+"\n" {
		return linkRef(dir, ref, commit) // main is in packed-refs, or has moved
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

// wayTo returns the directories that must be synced to make a ref durable. git syncs the files that
// it writes, but not the directories that contain them. The path to the repository itself is synced
// with its first ref, because before that there is nothing to lose.
func wayTo(dir, ref string) []string {
	refs := filepath.Join(dir, filepath.Dir(ref))
	way := []string{filepath.Join(dir, "objects/pack"), filepath.Join(dir, "refs/heads")}
	if entries, err := os.ReadDir(refs); err == nil && len(entries) > 0 {
		return append(way, refs)
	}
	return append(way, refs, filepath.Join(dir, "refs"), filepath.Join(dir, "HEAD"), filepath.Join(dir, "config"),
		dir, filepath.Dir(dir), filepath.Dir(filepath.Dir(dir)))
}

// syncAll syncs files and directories concurrently, so that the file system's journal can write
// them in one commit.
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
