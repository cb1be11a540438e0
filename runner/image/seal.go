// Package image finishes a runner image from inside: it removes what could grant or leak rights,
// and writes a description and a list of packages.
package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// Files in which an image describes itself.
const (
	Description = "etc/grader/image.json"
	SBOM        = "usr/share/grader/sbom.spdx.json"
)

// Seal finishes the image whose files are below root. CodeRefused: a file is world-writable, or
// root is a working machine and not an image.
func Seal(ctx context.Context, root, version string, now time.Time) error {
	if root == "/" && !sandbox.Alone() {
		return schema.Errorf(schema.CodeRefused, "other processes run here: this is not an image that is being built, and sealing takes a machine's setuid programs and its /tmp away")
	}
	if err := harden(root); err != nil {
		return err
	}
	if err := linkTemp(root); err != nil {
		return err
	}
	if err := describe(ctx, root); err != nil {
		return err
	}
	return inventoryOf(root, version, now)
}

// harden removes the setuid and setgid bits from every file of the file system. It returns an error
// for world-writable files, and for world-writable directories without the sticky bit.
func harden(root string) error {
	var top unix.Stat_t
	if err := unix.Lstat(root, &top); err != nil {
		return fmt.Errorf("seal image: %w", err)
	}
	return filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		var is unix.Stat_t
		if err == nil {
			err = unix.Lstat(path, &is)
		}
		if err != nil {
			return fmt.Errorf("seal image: %w", err)
		}
		if is.Dev != top.Dev {
			return elsewhere(is)
		}
		return hardenFile(path, is)
	})
}

// elsewhere skips mounted file systems, because they are not part of the image.
func elsewhere(is unix.Stat_t) error {
	if is.Mode&unix.S_IFMT == unix.S_IFDIR {
		return fs.SkipDir
	}
	return nil
}

func hardenFile(path string, is unix.Stat_t) error {
	kind := is.Mode & unix.S_IFMT
	switch {
	case kind == unix.S_IFREG && is.Mode&(unix.S_ISUID|unix.S_ISGID) != 0:
		if err := os.Chmod(path, fs.FileMode(is.Mode&0o777)); err != nil {
			return fmt.Errorf("seal image: %w", err)
		}
	case kind == unix.S_IFLNK:
		return nil
	}
	sticky := kind == unix.S_IFDIR && is.Mode&unix.S_ISVTX != 0
	if is.Mode&0o002 != 0 && !sticky {
		return schema.Errorf(schema.CodeRefused, "everybody may write to %s; chmod o-w it in the image", path)
	}
	return nil
}

// linkTemp replaces /tmp with a link to sandbox.TempLink, through which a wall gives it to one step
// at a time. The old content is lost. Until a wall changes TempLink, it leads to another directory
// for temporary files.
func linkTemp(root string) error {
	temp, link := filepath.Join(root, "tmp"), filepath.Join(root, sandbox.TempLink)
	err := errors.Join(
		os.RemoveAll(temp), os.Symlink(sandbox.TempLink, temp),
		os.RemoveAll(link), os.MkdirAll(filepath.Dir(link), 0o755), os.Symlink(sandbox.IdleTemp, link),
	)
	if err != nil {
		return fmt.Errorf("seal image: %w", err)
	}
	return nil
}

// describe writes a description, which saves a runner from examining the image at each start.
func describe(ctx context.Context, root string) error {
	found, err := grade.LookAtImage(ctx, root)
	if err != nil {
		return err
	}
	if root == "/" {
		if err := grade.CompileFrameworks(ctx, found); err != nil {
			return err
		}
		if _, err := grade.MakeCaches(ctx, found, true); err != nil {
			return err
		}
		if found, err = grade.LookAtImage(ctx, root); err != nil { // now including the caches
			return err
		}
	}
	text, err := json.MarshalIndent(map[string]any{"id": found.ID, "path": found.Path, "variables": found.Variables}, "", "  ")
	if err != nil {
		return fmt.Errorf("describe image: %w", err)
	}
	return write(filepath.Join(root, Description), append(text, '\n'))
}

// inventoryOf writes the list of the image's packages.
func inventoryOf(root, version string, now time.Time) (err error) {
	status, err := os.Open(filepath.Join(root, "var/lib/dpkg/status"))
	if err != nil {
		return fmt.Errorf("list of packages: %w", err)
	}
	defer status.Close()
	packages, err := readPackages(status)
	if err != nil {
		return err
	}
	program, _ := debug.ReadBuildInfo()
	path := filepath.Join(root, SBOM)
	if err := write(path, nil); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("list of packages: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return writeSBOM(f, packages, program, version, now)
}

// write writes a file that everybody may read and only its owner may write.
func write(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("seal image: %w", err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		return fmt.Errorf("seal image: %w", err)
	}
	return nil
}
