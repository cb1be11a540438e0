package schema

import (
	"regexp"
	"strconv"
	"strings"
)

var segmentPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`)

// Segment checks one part of a name: a course code, an assignment, a login or a
// team. It returns a CodeInvalid error that names the part (kind) and the rule.
func Segment(kind, s string) error {
	if !segmentPattern.MatchString(s) || strings.Contains(s, "..") {
		return Errorf(CodeInvalid, "%s %q: use 1 to 40 of a-z 0-9 . _ - starting with a letter or digit, without \"..\"", kind, s)
	}
	if strings.HasSuffix(s, gitSuffix) {
		return Errorf(CodeInvalid, "%s %q ends in .git, which git adds to paths and takes off again: leave it off", kind, s)
	}
	return nil
}

// gitSuffix is accepted at the end of a path, as on other hosts, so no name may end with it.
const gitSuffix = ".git"

// CourseCode checks a new course's code. It must be a segment that the site does not use at its
// root. All other pages are below "/-/", so the list of reserved codes does not grow.
func CourseCode(s string) error {
	if err := Segment("course code", s); err != nil {
		return err
	}
	switch s {
	case "api", "login", "healthz", "readyz", "metrics", "favicon.ico", "robots.txt":
		return Errorf(CodeInvalid, "course code %q is reserved; choose another", s)
	}
	return nil
}

// OwnerName checks a login, a team or an assignment name: a segment that is not reserved in
// repository paths.
func OwnerName(kind, s string) error {
	if err := Segment(kind, s); err != nil {
		return err
	}
	switch s {
	case "tests", "students", "course":
		return Errorf(CodeInvalid, "%s %q is reserved; choose another", kind, s)
	}
	return nil
}

// Login checks a new account's login. It must be an owner name and not a number, because
// COURSE/ASSIGNMENT/3 is the asker's third submission. It must not be a name that the audit log
// uses for an actor without an account.
func Login(s string) error {
	if err := OwnerName("login", s); err != nil {
		return err
	}
	if s == operatorName || s == serverName {
		return Errorf(CodeInvalid, "login %q is reserved; choose another", s)
	}
	if strings.Trim(s, "0123456789") == "" {
		return Errorf(CodeInvalid, "login %q: use at least one letter, such as s%s; a number alone names a submission", s, s)
	}
	return nil
}

// RepositoryKind says which of an assignment's repositories a path names.
type RepositoryKind string

// The kinds of repository.
const (
	RepositoryOwn    RepositoryKind = "own"    // C/A: the asker's (or the asker's team's) own
	RepositoryTests  RepositoryKind = "tests"  // C/A/tests
	RepositoryOwner  RepositoryKind = "owner"  // C/A/students/OWNER: staff, read only
	RepositoryCourse RepositoryKind = "course" // C/course

	// RepositoryStarter serves first clones, one per assignment. No path names it; its row's
	// Owner is "starter".
	RepositoryStarter RepositoryKind = "starter"
)

// RepositoryPath is a parsed git path. Owner is set only for RepositoryOwner;
// Assignment is empty for RepositoryCourse.
type RepositoryPath struct {
	Kind       RepositoryKind
	Course     string
	Assignment string
	Owner      string
}

// ParseRepositoryPath parses a path as git sends it. One leading slash and a
// trailing ".git" are accepted and stripped. The error is CodeInvalid.
func ParseRepositoryPath(s string) (RepositoryPath, error) {
	trimmed := strings.TrimSuffix(strings.TrimPrefix(s, "/"), gitSuffix)
	parts := strings.Split(trimmed, "/")
	for i, part := range parts {
		if bare, cut := strings.CutSuffix(part, gitSuffix); cut && Segment("path", bare) == nil {
			parts[i] = bare
			return RepositoryPath{}, Errorf(CodeInvalid, "%q is not a repository: leave .git off, as in %s", s, strings.Join(parts, "/"))
		}
		if Segment("path", part) != nil {
			return RepositoryPath{}, Errorf(CodeInvalid, "%q is not a repository; use COURSE/ASSIGNMENT", s)
		}
	}
	switch {
	case len(parts) == 2 && parts[1] == "course":
		return RepositoryPath{Kind: RepositoryCourse, Course: parts[0]}, nil
	case len(parts) == 2 && OwnerName("assignment", parts[1]) == nil:
		return RepositoryPath{Kind: RepositoryOwn, Course: parts[0], Assignment: parts[1]}, nil
	case len(parts) == 3 && parts[2] == "tests" && OwnerName("assignment", parts[1]) == nil:
		return RepositoryPath{Kind: RepositoryTests, Course: parts[0], Assignment: parts[1]}, nil
	case len(parts) == 4 && parts[2] == "students" && OwnerName("assignment", parts[1]) == nil && OwnerName("owner", parts[3]) == nil:
		return RepositoryPath{Kind: RepositoryOwner, Course: parts[0], Assignment: parts[1], Owner: parts[3]}, nil
	}
	return RepositoryPath{}, Errorf(CodeInvalid, "%q is not a repository; use COURSE/ASSIGNMENT, COURSE/ASSIGNMENT/tests, COURSE/ASSIGNMENT/students/OWNER or COURSE/course", s)
}

// SubmissionName is the canonical name COURSE/ASSIGNMENT/OWNER/N. In a shorthand, Owner may be
// empty and Number 0.
type SubmissionName struct {
	Course     string
	Assignment string
	Owner      string
	Number     int
}

// String returns the canonical form, without the parts that are absent.
func (n SubmissionName) String() string {
	s := n.Course + "/" + n.Assignment
	if n.Owner != "" {
		s += "/" + n.Owner
	}
	if n.Number > 0 {
		s += "/" + strconv.Itoa(n.Number)
	}
	return s
}

// ParseSubmissionName parses COURSE/ASSIGNMENT, COURSE/ASSIGNMENT/N,
// COURSE/ASSIGNMENT/OWNER or COURSE/ASSIGNMENT/OWNER/N. A third part made only of
// digits is a number, and the assignment may have a trailing ".git". The error is CodeInvalid.
func ParseSubmissionName(s string) (SubmissionName, error) {
	parts := strings.Split(strings.TrimPrefix(s, "/"), "/")
	bad := Errorf(CodeInvalid, "%q is not a submission; use COURSE/ASSIGNMENT[/OWNER][/N]", s)
	if len(parts) < 2 || len(parts) > 4 {
		return SubmissionName{}, bad
	}
	parts[1] = strings.TrimSuffix(parts[1], gitSuffix)
	if Segment("course", parts[0]) != nil || OwnerName("assignment", parts[1]) != nil {
		return SubmissionName{}, bad
	}
	name := SubmissionName{Course: parts[0], Assignment: parts[1]}
	rest := parts[2:]
	if len(rest) > 0 {
		if n, ok := parseNumber(rest[len(rest)-1]); ok {
			name.Number = n
			rest = rest[:len(rest)-1]
		} else if len(rest) == 2 {
			return SubmissionName{}, bad
		}
	}
	if len(rest) == 2 {
		return SubmissionName{}, bad
	}
	if len(rest) == 1 {
		if OwnerName("owner", rest[0]) != nil || len(parts) == 3 && digitsOnly(rest[0]) {
			return SubmissionName{}, bad
		}
		name.Owner = rest[0]
	}
	return name, nil
}

func digitsOnly(s string) bool { return strings.Trim(s, "0123456789") == "" }

func parseNumber(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n > 0 && strconv.Itoa(n) == s
}
