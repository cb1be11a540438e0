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
	FindingMode       FindingCode = "mode"        // another kind of entry
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

	// The rules about times and numbers of pushes.
	FindingClosed  FindingCode = "closed"  // a push after the end
	FindingLimit   FindingCode = "limit"   // of submissions
	FindingConsent FindingCode = "consent" // a late push without the option late
	FindingTry     FindingCode = "try"     // the assignment accepts no tries
)

// Finding is one reason to refuse a tree.
type Finding struct {
	Code     FindingCode
	Text     string   // what was found, and the rule
	Remedy   string   // what to do, without a full stop; "" if Text contains it
	Commands []string // shell commands for the remedy, at the root of the work tree; nil for none
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

// Refused is the error for a refused tree. It has CodeRefused.
type Refused struct {
	Findings []Finding // the first few
	More     int       // findings that are not listed
}

// Error returns all findings, separated by "; ".
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

// Refuse returns the error for one finding.
func Refuse(f Finding) error { return &Refused{Findings: []Finding{f.typeable()}} }

// typeable drops the commands of a finding if a path in them has characters that cannot be typed.
func (f Finding) typeable() Finding {
	for _, c := range f.Commands {
		if schema.Sanitize(c) != c || strings.ContainsAny(c, "\n\t") {
			f.Commands = nil
		}
	}
	return f
}

// refuse returns the error for one finding without commands.
func refuse(code FindingCode, format string, args ...any) error {
	return Refuse(Finding{Code: code, Text: fmt.Sprintf(format, args...)})
}

// findings collects the reasons to refuse a tree, in display order.
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
