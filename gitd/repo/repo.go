// Package repo keeps the bare repositories on disk. It creates them, runs git's receive-pack
// and upload-pack in them with a fixed environment, reads what a push brought, pins what was
// accepted, and exports trees.
//
// A push becomes durable in this order: the pack (git, core.fsync), the ref (git), the pin and
// every directory on the way to all three (Pin). Errors that a person may read are
// schema.Error; all others are internal and go to the log.
package repo

import (
	"fmt"
	"path/filepath"
	"regexp"

	"github.com/grader/grader/schema"
)

// NoCommit is how git writes the absence of an object: a ref that is not there.
const NoCommit = "0000000000000000000000000000000000000000"

// mainRef is the one ref that a push may move.
const mainRef = "refs/heads/main"

var objectPattern = regexp.MustCompile(`^[0-9a-f]{40}$`)

// checkObject refuses anything but a whole hex object name: git would accept an abbreviation,
// an option or an expression in its place.
func checkObject(name string) error {
	if !objectPattern.MatchString(name) || name == NoCommit {
		return schema.Errorf(schema.CodeInvalid, "%q is not an object name", schema.Sanitize(name))
	}
	return nil
}

// directory is where a repository lives: Dir/<id / 256 in hex>/<id>.git.
func (s *Store) directory(id int64) string {
	return filepath.Join(s.o.Dir, fmt.Sprintf("%x", id/256), fmt.Sprintf("%d.git", id))
}
