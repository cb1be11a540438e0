package view

import (
	"html/template"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Assignment is the page of an assignment: the handout, the rules, and the submissions.
type Assignment struct {
	Frame
	Name      string
	Heading   string
	Staff     bool
	Broken    bool   // the accepted version cannot be read
	Empty     bool   // no tests have been accepted yet
	Tests     int    // version of the tests, for staff
	Upcoming  Moment // when students will see the assignment, for staff
	Due       Due
	Closed    bool
	Refused   string   // why the person cannot hand in, "" if they can
	Terms     string   // when it is due, what a push now would cost, and what remains
	Teams     []string // the student's team, or the teams that have invited them
	HasTeams  bool     // the assignment is done in teams
	Standing  Standing
	Handout   template.HTML
	NoHandout bool // the handout cannot be read
	Rules     []Fact
	Commands  Commands
	Upload    bool // files can be uploaded on the page
	Mine      Table
	Class     Table // everyone's latest, for staff
}

// Commands holds the commands that a person copies to begin.
type Commands struct{ Clone, Remote, Push, Watch, Tests string }

// NewCommands returns the commands for an assignment, COURSE/ASSIGNMENT, at HOST[:PORT].
func NewCommands(address, path string) Commands {
	url := RepositoryURL(address, path)
	return Commands{
		Clone: "git clone " + url, Remote: "git remote add grader " + url,
		Push: "git push grader main", Watch: SSHCommand(address, "watch "+path),
		Tests: "git remote add tests " + url + "/tests",
	}
}

// Due is the due time of an assignment.
type Due struct {
	Never    bool
	Moment   Moment
	Relative string // "in 3 days"
	Past     bool
}

// NewDue returns the due time of a schedule. The zero Schedule is never due.
func NewDue(s course.Schedule, now time.Time, zone *time.Location) Due {
	at := s.Due()
	if at.IsZero() {
		return Due{Never: true}
	}
	over := at.Add(time.Minute)
	return Due{Moment: At(at, now, zone), Relative: Relative(over, now), Past: !now.Before(over)}
}

// Rules describes the rules for submissions.
func Rules(spec *assignment.Spec) []Fact {
	rules := []Fact{{Term: "What counts", Value: countsWords(spec.Counts)}}
	if globs := spec.Files.Required; len(globs) > 0 {
		rules = append(rules, Fact{Term: "Required files", Value: strings.Join(globs, "  "), Code: true})
	}
	if globs := spec.Files.Forbidden; len(globs) > 0 {
		rules = append(rules, Fact{Term: "Files that are refused", Value: strings.Join(globs, "  "), Code: true})
	}
	if globs := spec.Files.Locked; len(globs) > 0 {
		rules = append(rules, Fact{Term: "Files taken from the starter", Value: strings.Join(globs, "  "), Code: true})
	}
	if size := sizeWords(spec); size != "" {
		rules = append(rules, Fact{Term: "Size of a push", Value: size})
	}
	if limits := limitWords(spec.Limits); limits != "" {
		rules = append(rules, Fact{Term: "Each test may use", Value: limits})
	}
	return rules
}

func countsWords(c assignment.Counts) string {
	switch c {
	case assignment.CountsLast:
		return "Your last submission"
	case assignment.CountsMarked:
		return "The submission that you mark, else your last"
	}
	return "Your best submission"
}

func sizeWords(spec *assignment.Spec) string {
	var parts []string
	if spec.MaxSize > 0 {
		parts = append(parts, schema.Size(spec.MaxSize))
	}
	if spec.MaxFiles > 0 {
		parts = append(parts, Count(spec.MaxFiles, "file"))
	}
	return strings.Join(parts, " in at most ")
}

func limitWords(l assignment.Limits) string {
	var parts []string
	if l.CPU > 0 {
		parts = append(parts, Duration(l.CPU)+" of processor time")
	}
	if l.Memory > 0 {
		parts = append(parts, schema.Size(l.Memory)+" of memory")
	}
	if l.Processes > 0 {
		parts = append(parts, strconv.Itoa(l.Processes)+" processes")
	}
	if l.Output > 0 {
		parts = append(parts, schema.Size(l.Output)+" of output")
	}
	return strings.Join(parts, ", ")
}
