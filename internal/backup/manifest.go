// Package backup writes all data of a server as one tar, even while the server runs, and restores it into a new data
// directory. docs/operating.md explains why the order of the copies does not lose a push.
package backup

import (
	"time"

	"github.com/grader/grader/schema"
)

// format is the version of the tar's layout.
const format = 1

// The members of a backup, in order. The repositories' files come between the keys and the list of late pushes.
const (
	headName     = "backup.json"
	databaseName = "grader.db"
	lateName     = "late.json"
	manifestName = "manifest.json"
	repositories = "repositories/"
)

// head is the first member.
type head struct {
	Format  int       `json:"format"`
	Grader  string    `json:"grader"` // version of the program
	MadeAt  time.Time `json:"made_at"`
	Comment string    `json:"comment"`
}

// manifest is the last member. A tar without it is incomplete.
type manifest struct {
	Files []file `json:"files"`
}

// file is a member with the hash of its content.
type file struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Progress is the progress of a backup or a restore.
type Progress struct {
	Repositories int // number of completed repositories
	Of           int // 0: not known
	Bytes        int64
}

// Report describes a restored directory.
type Report struct {
	MadeAt       time.Time             `json:"made_at"` // time of the copy of the database
	Pushes       int                   `json:"pushes"`  // number of pushes in both the database and the repositories
	Repositories int                   `json:"repositories"`
	Open         []schema.RecordedPush `json:"open"`    // the server records them when it starts
	Found        []schema.RecordedPush `json:"found"`   // in the repositories, but not in the database
	Missing      []schema.RecordedPush `json:"missing"` // in the database, but not in the repositories
}
