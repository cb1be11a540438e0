package grade

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// markPrograms finds the programs and shared libraries among the files below dir.
func markPrograms(dir string, files []treeFile) error {
	for i := range files {
		f := &files[i]
		if f.program = sharedLibrary(f.path); f.program || f.mode&0o111 == 0 {
			continue
		}
		start, err := startOf(filepath.Join(dir, f.path), 4)
		if err != nil {
			return err
		}
		f.program = executable(f.path, start)
	}
	return nil
}

// sharedLibrary reports whether a file's name is that of a shared library.
func sharedLibrary(name string) bool {
	base := path.Base(name)
	return strings.HasSuffix(base, ".so") || strings.Contains(base, ".so.")
}

// executable reports whether a file with an execute bit can be executed. Systems without execute
// bits set the bit on every file, including sources and data.
func executable(name string, start []byte) bool {
	return bytes.HasPrefix(start, []byte("\x7fELF")) || bytes.HasPrefix(start, []byte("#!")) ||
		slices.Contains([]string{"", ".sh"}, path.Ext(name)) // a shell script, which needs no first line
}

// startOf returns at most the first most bytes of a file that belongs to the runner.
func startOf(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("look at program: %w", err)
	}
	defer f.Close()
	start, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return nil, fmt.Errorf("look at program: %w", err)
	}
	return start, nil
}
