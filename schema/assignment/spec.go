// Package assignment implements the assignment format. It decodes assignment.yaml strictly and
// reports every mistake by file, line and column. It also decodes course.yaml, which holds the
// defaults of a course's assignments.
package assignment

import (
	"io/fs"
	"time"

	"github.com/grader/grader/schema"
)

// Spec is one version of an assignment: its assignment.yaml with the defaults filled in. It
// does not change after parsing.
type Spec struct {
	Title   string
	Handout string    // path of a Markdown file, "" for none
	Flavour string    // "" for the course's
	Release time.Time // zero: immediately
	Due     time.Time // the first late instant, after the named minute; zero: never
	DueText string    // as written: "2026-09-28 23:59"
	Late    *Late     // nil: nothing is accepted after due
	Counts  Counts
	Limit   SubmissionLimit // how often an owner may submit
	NoTry   bool            // pushes to the branch try are refused
	Team    *Team           // nil: everybody works alone

	MaxSize  int64 // bytes of all files of a submission
	MaxFiles int
	Files    FileRules

	Starter  string // directory with a trailing slash, "" for none
	Solution string // directory with a trailing slash; never empty if a test has a report of cases
	Samples  []Sample

	Limits   Limits // defaults for every step, all fields set
	JobLimit time.Duration

	Prepare []Step
	Build   []Step
	Auto    bool // build: auto
	Tests   []Test
}

// Counts says which submission of an owner counts.
type Counts string

// The choices of submissions.counts.
const (
	CountsBest   Counts = "best"   // the highest final score
	CountsLast   Counts = "last"   // the latest received
	CountsMarked Counts = "marked" // the one that the owner marked, otherwise the latest
)

// Sample is a directory of this repository with the expected result of grading it.
type Sample struct {
	Dir      string
	Score    schema.Points    // lowest accepted score
	Most     *schema.Points   // highest accepted score; nil: exactly Score
	AnyScore bool             // any score is accepted; only Outcomes decide
	Outcomes []schema.Outcome // accepted outcomes of the first entry that did not pass, or "passed" if all did; nil: any
}

// Command is the command of a step: a shell line for /bin/sh -e -c, or a list for execve. At most
// one of them is set; neither means no command.
type Command struct {
	Shell string
	Argv  []string
}

// IsZero reports whether the command is empty.
func (c Command) IsZero() bool { return c.Shell == "" && len(c.Argv) == 0 }

// Limits holds the limits of one step; 0 means the inherited value.
type Limits struct {
	CPU       time.Duration // `time`: summed over all processes of the step
	Wall      time.Duration // 0: derived from CPU and the flavour's share of a core
	Memory    int64         // bytes resident, summed
	Processes int           // processes and threads
	Output    int64         // bytes, stdout and stderr each
	Disk      int64         // bytes written below the scratch directory
}

// Step is one entry of prepare or build.
type Step struct {
	Name   string
	Run    Command
	Limits Limits // resolved: all but Wall are set
}

// Compare says how output is compared with the expected output.
type Compare struct {
	Mode       CompareMode
	IgnoreCase bool     // tokens, float
	ExactSpace bool     // tokens, float
	Abs, Rel   *float64 // float; at least one is set
	Regex      string   // regex: RE2, anchored to the whole output; search: anywhere in it
}

// Expression reports whether the expected output is a regular expression.
func (c Compare) Expression() bool { return c.Mode == CompareRegex || c.Mode == CompareSearch }

// CompareMode names a method of comparison.
type CompareMode string

// The modes.
const (
	CompareLines  CompareMode = "lines"
	CompareExact  CompareMode = "exact"
	CompareTokens CompareMode = "tokens"
	CompareFloat  CompareMode = "float"
	CompareRegex  CompareMode = "regex"
	// The next three ignore white space at both ends of the output and of the expected output, and
	// CR before LF.
	CompareTrimmed  CompareMode = "trimmed"  // equal
	CompareContains CompareMode = "contains" // the output contains the expected output
	CompareSearch   CompareMode = "search"   // Regex is found in the output
)

// ReportFormat names the format of an in-process framework's report.
type ReportFormat string

// The formats. Reports of the first three are files below $REPORTS; the others are standard output.
const (
	ReportJUnit  ReportFormat = "junit"
	ReportCTest  ReportFormat = "ctest"
	ReportSARIF  ReportFormat = "sarif"
	ReportTAP    ReportFormat = "tap"
	ReportUnity  ReportFormat = "unity"
	ReportGoTest ReportFormat = "go-test-json"
)

// Scoring says how the score of a family is computed from its cases.
type Scoring string

// The ways to score a family.
const (
	ScoreSum Scoring = "sum"
	ScoreAll Scoring = "all" // all or nothing
	ScoreMin Scoring = "min" // every case gets the share of the worst case
	ScoreMax Scoring = "max" // every case gets the share of the best case
	// ScoreAccepted is the sum, or 0 if a case got no points. It differs from ScoreAll if a checker
	// gives partial points.
	ScoreAccepted Scoring = "accepted"
)

// Test is one entry of tests. Its Kind says which of the fields below decide: Stdout, Cases and
// Compare belong to KindCompare, Report to KindReport and KindFindings, Penalty to KindFindings,
// Gradescope to KindGradescope. Cases can also be combined with a Driver or a Checker.
type Test struct {
	Name    string
	Kind    Kind
	Run     Command
	Compile Command
	Needs   []string // globs; each matches a file of this repository

	Stdin    Input
	Stdout   Input
	Cases    []Case // resolved from the glob by Load, in natural order of path
	CaseGlob string
	Compare  Compare
	Checker  Command
	Driver   Command
	Flags    []string       // further arguments of Checker or Driver, after FEEDBACK_DIR
	Passes   int            // how often Checker or Driver may ask for a run of the program; 0: once
	Scale    *schema.Points // value in score.txt that stands for all points; nil: 1
	NoScale  bool           // score.txt is not read; accepted output gets all points
	Report   ReportFormat

	Gradescope string // directory of an autograder of Gradescope, with a trailing slash; "" for none
	Setup      bool   // run Gradescope's setup.sh once, and the autograder in a container of the resulting image

	Exit    *int // expected exit status; nil: 0
	AnyExit bool

	Points  PointRule
	Score   Scoring
	Stop    bool // skip the cases after the first one without points
	Penalty *Penalty

	Requires []string
	Visible  schema.Visibility
	Hint     string
	Limits   Limits // of run, resolved
	Compiler Limits // of compile: the larger of the assignment's and the test's own
}

// Input is inline text or a file of the tests repository; neither: absent.
type Input struct {
	Set  bool
	Text string
	File string
}

// Case is one case of a family.
type Case struct {
	Name   string   // below its test: "03"
	Input  string   // path of the .in file
	Answer string   // path of the .out or .ans file
	Args   []string // further arguments of run
	Files  []string // files that run finds in its working directory, as paths below FilesDir
	Points *schema.Points
	Hint   string
	Limits Limits // resolved
}

// Penalty deducts points for each finding of a SARIF report: from the test's own points if it has
// any, otherwise from the total.
type Penalty struct {
	Points schema.Points
	Max    schema.Points // 0: no maximum
}

// File is one regular file of a tests repository.
type File struct {
	Path string
	Mode fs.FileMode
	Size int64
}

// Files is the content of a tests repository: a directory, or a git tree.
type Files interface {
	// List returns every regular file, in any order, with slash-separated paths.
	List() ([]File, error)
	// Read returns the content of a listed file.
	Read(path string) ([]byte, error)
}

// Context holds the parser's settings from the course and the server.
type Context struct {
	Zone     *time.Location            // of the course; nil: UTC
	Flavours map[string]schema.Flavour // nil: flavours and their limits are not checked
	Flavour  string                    // the course's default
	Allows   func(flavour string) bool // reports whether the course allows the flavour; nil: any
	Limits   schema.StepLimits         // the course's defaults
}
