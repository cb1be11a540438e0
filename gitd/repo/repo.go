// Package repo keeps the bare repositories on disk. It creates them, runs git's receive-pack and
// upload-pack in them with a fixed environment, reads what a push sent, pins accepted commits, and
// exports trees.
//
// A push becomes durable in this order: the pack (git, core.fsync), the ref (git), then the pin and
// the directories on the paths to all three (Pin). Errors that a person may read are schema.Error.
// All others are internal and go to the log.
package repo

import (
	"fmt"
	"path/filepath"
	"regexp"

	"github.com/grader/grader/schema"
)

// NoCommit is git's name for no object, used for a ref that does not exist.
const NoCommit = "0000000000000000000000000000000000000000"

// mainRef is the branch that pushes move.
const mainRef = "refs/heads/main"

var objectPattern = regexp.MustCompile(`^[0-9a-f]{40}$`)

// checkObject refuses anything but a full hex object name. git would also accept an abbreviation,
// an option or an expression.
func checkObject(name string) error {
	if !objectPattern.MatchString(name) || name == NoCommit {
		return schema.Errorf(schema.CodeInvalid, "%q is not an object name", schema.Sanitize(name))
	}
	return nil
}

// directory returns the directory of a repository: Dir/<id / 256 in hex>/<id>.git.
func (s *Store) directory(id int64) string {
	return filepath.Join(s.o.Dir, fmt.Sprintf("%x", id/256), fmt.Sprintf("%d.git", id))
}
