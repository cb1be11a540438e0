package course

import (
	"fmt"
	"strings"

	"github.com/grader/grader/schema"
)

// FindingCode names a rule. A test of the server follows the advice of each rule.
type FindingCode string

// The rules.
const (
	FindingEmpty      FindingCode = "empty"       // no files at all
	FindingSymlink    FindingCode = "symlink"     // a symbolic link
	FindingRepository FindingCode = "repository"  // a git repository inside the repository
	FindingMode       FindingCode = "mode"        // neither a file nor one of the above
	FindingEncoding   FindingCode = "encoding"    // a name that is not UTF-8
	FindingControl    FindingCode = "control"     // a control character in a name
	FindingBackslash  FindingCode = "backslash"   // in a name
	FindingDepth      FindingCode = "depth"       // too many directories
	FindingPathLength FindingCode = "path-length" // of a whole path
	FindingNameLength FindingCode = "name-length" // of one name
	FindingOutside    FindingCode = "outside"     // "..", "." or an empty name
	FindingGitName    FindingCode = "git-name"    // a name that some systems treat as .git
	FindingTwice      FindingCode = "twice"       // a path that occurs twice in the tree
	FindingCase       FindingCode = "case"        // two names that differ only in case
	FindingUnicode    FindingCode = "unicode"     // one name in two forms of Unicode
	FindingArchive    FindingCode = "archive"     // an archive in place of files
	FindingFiles      FindingCode = "files"       // more files than the assignment accepts
	FindingSize       FindingCode = "size"        // more bytes than the assignment accepts
	FindingForbidden  FindingCode = "forbidden"   // a file that the assignment forbids
	FindingMissing    FindingCode = "missing"     // a required file
	FindingMisplaced  FindingCode = "misplaced"   // a required file under another name
	FindingLFS        FindingCode = "lfs"         // a Git LFS pointer in place of a file

	// The rules for when, and how often.
	FindingClosed  FindingCode = "closed"  // after the end
	FindingLimit   FindingCode = "limit"   // of submissions
	FindingConsent FindingCode = "consent" // late, and the push does not say that this is meant
	FindingTry     FindingCode = "try"     // the assignment accepts no tries
)

// Finding is one reason to refuse a tree.
type Finding struct {
	Code     FindingCode
	Text     string   // what was found, and the rule
	Remedy   string   // what to do, without a full stop; "" if Text says it
	Commands []string // shell commands for it, at the top of the work tree; nil if no command can do it
}

// String returns what was found and what to do.
func (f Finding) String() string {
	if f.Remedy == "" {
		return f.Text
	}
	return f.Text + ": " + f.Remedy
}

// Limits of one refusal.
const (
	maxFindings = 5  // findings shown
	maxListed   = 3  // paths shown for one finding
	maxCommands = 20 // paths in the commands of one finding
)

// Refused says why a tree was refused: a CodeRefused error.
type Refused struct {
	Findings []Finding // the first few
	More     int       // findings that are not listed
}

// Error implements error: all findings, separated by "; ".
func (r *Refused) Error() string {
	texts := make([]string, 0, len(r.Findings)+1)
	for _, f := range r.Findings {
		texts = append(texts, f.String())
	}
	if r.More > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", r.More))
	}
	return strings.Join(texts, "; ")
}

// Unwrap makes schema.CodeOf and schema.MessageOf see a CodeRefused error.
func (r *Refused) Unwrap() error {
	return &schema.Error{Code: schema.CodeRefused, Message: r.Error()}
}

// Refuse returns the error of one finding.
func Refuse(f Finding) error { return &Refused{Findings: []Finding{f.typeable()}} }

// typeable drops commands that cannot be typed, because a path in them has characters that are
// not shown.
func (f Finding) typeable() Finding {
	for _, c := range f.Commands {
		if schema.Sanitize(c) != c || strings.ContainsAny(c, "\n\t") {
			f.Commands = nil
		}
	}
	return f
}

// refuse returns the error of one finding without commands.
func refuse(code FindingCode, format string, args ...any) error {
	return Refuse(Finding{Code: code, Text: fmt.Sprintf(format, args...)})
}

// findings are the reasons to refuse a tree, in the order in which they are shown.
type findings struct{ refused Refused }

// add adds a finding. After the first few, findings are only counted, and their commands are
// added to the last shown finding of the same kind.
func (f *findings) add(one Finding) {
	r := &f.refused
	one = one.typeable()
	if len(r.Findings) < maxFindings {
		r.Findings = append(r.Findings, one)
		return
	}
	r.More++
	for i := len(r.Findings) - 1; i >= 0; i-- {
		shown := &r.Findings[i]
		if shown.Code == one.Code && len(shown.Commands) < maxCommands {
			shown.Commands = append(shown.Commands, one.Commands...)
			return
		}
	}
}

func (f *findings) empty() bool { return len(f.refused.Findings) == 0 }

func (f *findings) err() error {
	if f.empty() {
		return nil
	}
	return &f.refused
}
