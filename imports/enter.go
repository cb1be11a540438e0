package imports

import (
	"io/fs"
	"path"
	"slices"
)

// Enter returns the directory of a package: the top, or the only directory directly below the top that has a file of a
// name. It tries the patterns in order. If no pattern decides, it returns the top and false.
func Enter(fsys fs.FS, patterns ...string) (fs.FS, bool) {
	dir, found := Top(fsys, patterns...)
	if dir == "." {
		return fsys, found
	}
	if sub, err := fs.Sub(fsys, dir); err == nil {
		return sub, true
	}
	return fsys, false
}

// Top returns the path of the directory that Enter returns, "." for the top.
func Top(fsys fs.FS, patterns ...string) (string, bool) {
	for _, pattern := range patterns {
		if found, err := fs.Glob(fsys, pattern); err == nil && len(found) > 0 {
			return ".", true
		}
		below, err := fs.Glob(fsys, "*/"+pattern)
		if err != nil {
			continue
		}
		var dirs []string
		for _, name := range below {
			dirs = append(dirs, path.Dir(name))
		}
		if dirs = slices.Compact(dirs); len(dirs) == 1 {
			return dirs[0], true
		}
	}
	return ".", false
}
