package schema

import (
	"strings"
	"time"
)

// UploadFile is a file that somebody hands in by a page.
type UploadFile struct {
	Path string // below the root of the repository, with slashes
	Data []byte
}

// Upload is what becomes one commit, which is pushed as a person's own push is.
type Upload struct {
	Path    string // of the repository: COURSE/ASSIGNMENT, COURSE/ASSIGNMENT/tests or COURSE/course
	Files   []UploadFile
	Removed []string // paths that are removed
	Base    string   // commit that main must be at, "" for any: what the person has looked at
	Replace bool     // files that are not in the upload are removed
	Late    bool     // being late is meant, as by -o late
	Confirm bool     // of course.yaml: the change of grades is meant, as by -o confirm
	Name    string
	Email   string
	Message string
	At      time.Time
}

// Options are the push options that the upload is pushed with.
func (u Upload) Options() []string {
	var all []string
	if u.Late {
		all = append(all, "late")
	}
	if u.Confirm {
		all = append(all, "confirm")
	}
	return all
}

// Uploaded is what an upload became.
type Uploaded struct {
	Submission SubmissionName // zero: it was no work of a student
	Version    int            // of the tests, or of course.yaml; 0: it was neither
}

// UploadPath checks the path of a file that is handed in. What a course accepts is judged
// when it is pushed; this refuses what no commit can hold.
func UploadPath(path string) error {
	if len(path) > 1000 || strings.ContainsAny(path, "\n\x00\\\"") || Sanitize(path) != path {
		return Errorf(CodeInvalid, "the name of a file, %.60q, has characters that cannot be handed in; rename it", path)
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." || part == ".." || strings.EqualFold(part, ".git") {
			return Errorf(CodeInvalid, "the path %.60q cannot be handed in; rename the file or its folder", path)
		}
	}
	return nil
}
