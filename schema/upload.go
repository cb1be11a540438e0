package schema

import (
	"strings"
	"time"
)

// UploadFile is a file that somebody uploads on a page.
type UploadFile struct {
	Path string // below the root of the repository, with slashes
	Data []byte
}

// Upload holds the files of one commit, which is pushed like a person's own push.
type Upload struct {
	Path    string // of the repository: COURSE/ASSIGNMENT, COURSE/ASSIGNMENT/tests or COURSE/course
	Files   []UploadFile
	Removed []string // paths that are removed
	Base    string   // commit that main must be at, the one that the person saw; "" for any
	Replace bool     // remove files that are not in the upload
	Late    bool     // accept being late, like -o late
	Confirm bool     // accept changes of grades by course.yaml, like -o confirm
	Name    string
	Email   string
	Message string
	At      time.Time
}

// Options returns the push options of the upload.
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

// Uploaded is the result of an upload.
type Uploaded struct {
	Submission SubmissionName // zero: not a student's work
	Version    int            // version of the tests or of course.yaml; 0: neither
}

// UploadPath checks the path of an uploaded file. It rejects only paths that no commit can hold;
// the push checks the rules of the course.
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
