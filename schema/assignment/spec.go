// Package assignment is the assignment format. It decodes assignment.yaml strictly and reports
// every mistake by file, line and column. A course's course.yaml, with the defaults of its
// assignments, is read in the same way.
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
	Release time.Time // zero: at once
	Due     time.Time // the first instant that is too late (the named minute is included); zero: never
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
	Solution string // likewise; never empty where a test has a report of cases
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
	CountsMarked Counts = "marked" // the one that the owner marked, else the latest
)

// Sample is a directory of this repository with the expected result of grading it.
type Sample struct {
	Dir      string
	Score    schema.Points    // the least that it may score
	Most     *schema.Points   // the most that it may score; nil: exactly Score
	AnyScore bool             // only Outcomes decide
	Outcomes []schema.Outcome // one of these is its first entry that did not pass, or "passed"; nil: any
}

// Command is what a step executes: a shell line for /bin/sh -e -c, or a list for
// execve. Exactly one is set, or neither for no command.
type Command struct {
	Shell string
	Argv  []string
}

// IsZero reports whether there is no command.
func (c Command) IsZero() bool { return c.Shell == "" && len(c.Argv) == 0 }

// Limits bound one step; 0 means the value that it inherits.
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

// CompareMode names a way to compare.
type CompareMode string

// The modes.
const (
	CompareLines  CompareMode = "lines"
	CompareExact  CompareMode = "exact"
	CompareTokens CompareMode = "tokens"
	CompareFloat  CompareMode = "float"
	CompareRegex  CompareMode = "regex"
	// The next three ignore white space at both ends of the output and of what is expected, and CR before LF.
	CompareTrimmed  CompareMode = "trimmed"  // equal
	CompareContains CompareMode = "contains" // the output holds what is expected
	CompareSearch   CompareMode = "search"   // Regex is found in the output
)

// ReportFormat names the format of an in-process framework's report.
type ReportFormat string

// The formats. The first three are files below $REPORTS, the others standard output.
const (
	ReportJUnit  ReportFormat = "junit"
	ReportCTest  ReportFormat = "ctest"
	ReportSARIF  ReportFormat = "sarif"
	ReportTAP    ReportFormat = "tap"
	ReportUnity  ReportFormat = "unity"
	ReportGoTest ReportFormat = "go-test-json"
)

// Scoring says how the cases of a family make its score.
type Scoring string

// The ways to score a family.
const (
	ScoreSum Scoring = "sum"
	ScoreAll Scoring = "all" // all or nothing
	ScoreMin Scoring = "min" // every case counts as the weakest
	ScoreMax Scoring = "max" // every case counts as the best
	// ScoreAccepted is the sum, and nothing where a case got nothing. It differs from ScoreAll
	// where a checker gives a part of the points.
	ScoreAccepted Scoring = "accepted"
)

// Test is one entry of tests. Its Kind says which of the fields below decide: Stdout,
// Cases and Compare belong to KindCompare, Report to KindReport and KindFindings, Penalty
// to KindFindings, Gradescope to KindGradescope. Cases may stand with a Driver or a Checker too.
type Test struct {
	Name    string
	Kind    Kind
	Run     Command
	Compile Command
	Needs   []string // globs, each of which matches a file of this repository

	Stdin    Input
	Stdout   Input
	Cases    []Case // resolved from the glob by Load, in natural order of path
	CaseGlob string
	Compare  Compare
	Checker  Command
	Driver   Command
	Flags    []string       // further arguments of Checker or Driver, after FEEDBACK_DIR
	Passes   int            // how often Checker or Driver may ask for a run of the program; 0: once
	Scale    *schema.Points // what they write into score.txt for all points; nil: 1
	NoScale  bool           // score.txt is not read: what they accept gets all points
	Report   ReportFormat

	Gradescope string // directory of an autograder of Gradescope, with a trailing slash; "" for none

	Exit    *int // expected exit status; nil: 0
	AnyExit bool

	Points  PointRule
	Score   Scoring
	Stop    bool // the cases after the first that gets no points are not run
	Penalty *Penalty

	Requires []string
	Visible  schema.Visibility
	Hint     string
	Limits   Limits // of run, resolved
	Compiler Limits // of compile: the assignment's, or the test's own where those are larger
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
	Files  []string // paths of files that run finds in its working directory, named as below FilesDir
	Points *schema.Points
	Hint   string
	Limits Limits // resolved
}

// Penalty takes points off for each finding of a SARIF report: from the test's own points if it
// has any, otherwise from the total.
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

// Context is what parsing needs from outside.
type Context struct {
	Zone     *time.Location            // of the course; nil: UTC
	Flavours map[string]schema.Flavour // nil: flavours and their limits are not checked
	Flavour  string                    // the course's default
	Allows   func(flavour string) bool // whether the course lets an assignment name it; nil: any
	Limits   schema.StepLimits         // the course's defaults
}
