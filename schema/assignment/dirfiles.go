package assignment

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// DirFiles returns the regular files below a directory as a tests repository.
// Symbolic links are not followed and not listed, and .git is left out.
func DirFiles(dir string) Files { return dirFiles(dir) }

type dirFiles string

// List implements Files.
func (d dirFiles) List() ([]File, error) {
	var list []File
	err := filepath.WalkDir(string(d), func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.Name() == ".git" && name != string(d):
			return skipGit(entry)
		case !entry.Type().IsRegular():
			return nil
		}
		f, err := d.file(name, entry)
		list = append(list, f)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list directory: %w", err)
	}
	return list, nil
}

func skipGit(entry fs.DirEntry) error {
	if entry.IsDir() {
		return fs.SkipDir
	}
	return nil
}

func (d dirFiles) file(name string, entry fs.DirEntry) (File, error) {
	relative, err := filepath.Rel(string(d), name)
	if err != nil {
		return File{}, err
	}
	info, err := entry.Info()
	if err != nil {
		return File{}, err
	}
	return File{Path: filepath.ToSlash(relative), Mode: info.Mode(), Size: info.Size()}, nil
}

// Read implements Files.
func (d dirFiles) Read(name string) ([]byte, error) {
	f, err := os.OpenInRoot(string(d), filepath.FromSlash(name))
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read %s: not a regular file: %w", name, fs.ErrInvalid)
	}
	content, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return content, nil
}
