package course

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
)

const (
	// maxDescription is GitHub's limit on the description of a status, in characters.
	maxDescription = 140
	// maxAnnotations bounds the messages shown at lines of files.
	maxAnnotations = 200
	// maxListedTests bounds the tests that a summary lists.
	maxListedTests = 300
)

// CommitStatus returns the status of a submission's commit. p and g, the owner's grade, must be
// redacted for the owner, because everybody who can read the repository reads the status. In a
// public repository the status reveals nothing about the grade.
func CommitStatus(p schema.PublicSubmission, g schema.Grade, public bool) schema.CommitStatus {
	if public {
		p, g = withoutGrade(p), schema.Grade{}
	}
	s := schema.CommitStatus{Page: p.Name}
	var words string
	switch p.State {
	case schema.StateDone:
		s.State, words = verdict(p, g, public)
		s.Summary = summary(p)
		if p.Build != nil && p.Outcome == schema.OutcomeCompileError {
			s.Annotations = Annotations(p.Build.Output)
		}
	case schema.StateFailed:
		s.State, words = schema.StatusError, cmp.Or(p.Message, wordsFailed)
	case schema.StateCancelled:
		s.State, words = schema.StatusFailure, cmp.Or(p.Message, "not graded")
	case schema.StateRunning:
		s.State, words = schema.StatusPending, "being graded"
	default:
		s.State, words = schema.StatusPending, "received, waiting to be graded"
	}
	s.Description = schema.OneLine(fmt.Sprintf("submission %d: %s", p.Number, words), maxDescription)
	return s
}

// withoutGrade returns only the parts of a submission that anybody may read: its name and the state
// of its grading.
func withoutGrade(p schema.PublicSubmission) schema.PublicSubmission {
	kept := schema.PublicSubmission{Name: p.Name, Number: p.Number, State: p.State}
	if p.Outcome == schema.OutcomeGraderError {
		kept.Outcome = p.Outcome // our error, which a submission cannot cause
	}
	return kept
}

// wordsDamaged are shorter than the message of a damaged result, which would be cut within the command at its end.
const wordsDamaged = "the stored result cannot be read; ask the course staff to grade it again"

// verdict returns the state and the words for a submission with a result.
func verdict(p schema.PublicSubmission, g schema.Grade, public bool) (schema.StatusState, string) {
	switch {
	case p.Outcome == schema.OutcomeGraderError:
		return schema.StatusError, wordsGraderError
	case p.Outcome == schema.OutcomeInfrastructureError:
		return schema.StatusError, wordsDamaged
	case public:
		return schema.StatusSuccess, "graded; sign in to see the result"
	case p.Outcome == schema.OutcomeCompileError:
		return schema.StatusFailure, "does not compile"
	}
	passed := 0
	for _, t := range p.Tests {
		if t.Outcome == schema.OutcomePassed {
			passed++
		}
	}
	words := fmt.Sprintf("%s of %s points, %d of %s passed", p.Score, p.MaxScore, passed, schema.Count(len(p.Tests), "test"))
	if p.Late.State == schema.TimelinessLate {
		words += ", late"
	}
	if g.Number == p.Number && g.Of == "" {
		words += Changes(g)
	}
	if p.Hidden != nil {
		words += fmt.Sprintf("; %s shown later", schema.Count(p.Hidden.Tests, "test"))
	}
	if passed < len(p.Tests) {
		return schema.StatusFailure, words
	}
	return schema.StatusSuccess, words
}

// summary lists the visible tests, in Markdown.
func summary(p schema.PublicSubmission) string {
	if len(p.Tests) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("| test | outcome | points |\n| --- | --- | --- |\n")
	for i, t := range p.Tests {
		if i == maxListedTests {
			fmt.Fprintf(&b, "\n%d more are on the submission's page.\n", len(p.Tests)-i)
			break
		}
		fmt.Fprintf(&b, "| %s | %s | %s of %s |\n", markdownCell(t.Name), t.Outcome, t.Score, t.MaxScore)
	}
	return b.String()
}

// markdownCell escapes a text for a cell of a table. A name must not end the cell or become a link
// or a mention.
func markdownCell(text string) string {
	text = strings.ReplaceAll(schema.Excerpt(schema.Sanitize(text), 100), "\n", " ")
	return "`" + strings.NewReplacer("`", "'", "|", "¦").Replace(text) + "`"
}

// TestsStatus returns the status of the commit of a version of tests.
func TestsStatus(v schema.Version, path string) schema.CommitStatus {
	s := schema.CommitStatus{Page: path + "/-/tests"}
	words := ""
	switch v.State {
	case schema.VersionActive:
		s.State, words = schema.StatusSuccess, "has passed its gate and is active"
	case schema.VersionRetired:
		s.State, words = schema.StatusSuccess, "was active, and a later one has replaced it"
	case schema.VersionRejected:
		s.State, words = schema.StatusFailure, "was refused by its gate; its page says why"
	default:
		s.State, words = schema.StatusPending, "goes through its gate"
	}
	s.Description = schema.OneLine(fmt.Sprintf("version %d %s", v.Number, words), maxDescription)
	return s
}

// wordsPrivate says why a refusal is not explained, and where to find the reason.
const wordsPrivate = "the reason is not shown in a public repository; push to the course's server to read it, or ask the course staff"

// RefusedStatus returns the status of a refused push. The reason may contain the grade so far, so a
// public repository shows it only if Openly is set.
func RefusedStatus(s schema.GitHubStatus) schema.CommitStatus {
	why, page := s.Refused, s.Page
	if s.Public && !s.Openly {
		why = wordsPrivate
	}
	return schema.CommitStatus{State: schema.StatusFailure, Page: page, Description: schema.OneLine("not handed in: "+why, maxDescription), Summary: schema.Sanitize(why)}
}

// diagnostic matches a message of a compiler: FILE:LINE[:COLUMN]: [SEVERITY:] TEXT.
var diagnostic = regexp.MustCompile(`^([^\s:()"'<>|]+):(\d{1,7}):(?:\d{1,7}:)? (?:(fatal error|error|warning|note): )?(\S.*)$`)

// Annotations returns the distinct messages of a compiler about files of the submission.
func Annotations(output string) []schema.Annotation {
	var all []schema.Annotation
	seen := map[schema.Annotation]bool{}
	for line := range strings.Lines(output) {
		m := diagnostic.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		if m == nil || m[3] == "note" {
			continue
		}
		file := path.Clean(m[1])
		number, err := strconv.Atoi(m[2])
		if err != nil || number < 1 || path.IsAbs(file) || file == ".." || strings.HasPrefix(file, "../") {
			continue
		}
		a := schema.Annotation{Path: file, Line: number, Warning: m[3] == "warning", Message: schema.Excerpt(schema.Sanitize(m[4]), 1000)}
		if !seen[a] {
			seen[a] = true
			all = append(all, a)
		}
		if len(all) == maxAnnotations {
			break
		}
	}
	return all
}
