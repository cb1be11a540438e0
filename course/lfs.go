package course

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// The possible sizes of a Git LFS pointer, in bytes. The two required keys take more than the
// minimum; https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md sets the maximum below 1024.
const (
	leastLFSPointer = 100
	mostLFSPointer  = 1023
)

// MayBeLFSPointer reports whether a file of that size can be a Git LFS pointer.
func MayBeLFSPointer(size int64) bool { return size >= leastLFSPointer && size <= mostLFSPointer }

// IsLFSPointer reports whether a file's content is a Git LFS pointer: it begins with the version
// and contains the object's name among other keys.
func IsLFSPointer(content []byte) bool {
	return MayBeLFSPointer(int64(len(content))) && bytes.HasPrefix(content, []byte("version https://git-lfs.github.com/spec/")) &&
		bytes.Contains(content, []byte("\noid sha256:"))
}

// RefuseLFSPointers returns an error for files that are Git LFS pointers, or nil if there are none.
func RefuseLFSPointers(paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	slices.Sort(paths)
	var shown []string
	for _, p := range paths[:min(len(paths), maxListed)] {
		shown = append(shown, show(p))
	}
	list := strings.Join(shown, ", ")
	if rest := len(paths) - len(shown); rest > 0 {
		list += fmt.Sprintf(" and %d more", rest)
	}
	text := list + " is a Git LFS pointer, and its content is not pushed"
	if len(paths) > 1 {
		text = list + " are Git LFS pointers, and their content is not pushed"
	}
	return Refuse(Finding{FindingLFS, text, "commit the content itself", []string{
		`echo "* -filter" >> "$(git rev-parse --git-path info/attributes)"`,
		"git add --renormalize .",
	}})
}
