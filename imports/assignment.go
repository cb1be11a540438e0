package imports

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/goccy/go-yaml"
)

// Assignment is the content of assignment.yaml, with the fields in the order of the reference.
type Assignment struct {
	Title       string       `yaml:"title"`
	Handout     string       `yaml:"handout,omitempty"`
	Submissions *Submissions `yaml:"submissions,omitempty"`
	Files       *FileRules   `yaml:"files,omitempty"`
	Starter     string       `yaml:"starter,omitempty"`
	Solution    string       `yaml:"solution,omitempty"`
	Samples     []Sample     `yaml:"samples,omitempty"`
	Limits      *Limits      `yaml:"limits,omitempty"`
	Prepare     []Step       `yaml:"prepare,omitempty"`
	Build       any          `yaml:"build,omitempty"` // "auto" or []Step
	Tests       []Test       `yaml:"tests,omitempty"`
}

// Submissions limits what a push may contain.
type Submissions struct {
	MaxSize string `yaml:"max_size,omitempty"`
}

// FileRules are the rules on the files of a push.
type FileRules struct {
	Required []string `yaml:"required,omitempty,flow"`
	Locked   []string `yaml:"locked,omitempty,flow"`
}

// Sample is a directory with the expected result of its grading.
type Sample struct {
	Dir     string   `yaml:"dir"`
	Score   any      `yaml:"score,omitempty"` // Number or Range
	Outcome []string `yaml:"outcome,omitempty,flow"`
}

// Range is the minimum and maximum that a sample may score.
type Range struct {
	Min Number `yaml:"min"`
	Max Number `yaml:"max"`
}

// Limits are the limits of a step, and of the job.
type Limits struct {
	Time      string `yaml:"time,omitempty"`
	Wall      string `yaml:"wall,omitempty"`
	Memory    string `yaml:"memory,omitempty"`
	Processes int    `yaml:"processes,omitempty"`
	Output    string `yaml:"output,omitempty"`
	Disk      string `yaml:"disk,omitempty"`
	Job       string `yaml:"job,omitempty"`
}

// Step is a step of prepare or build.
type Step struct {
	Name string `yaml:"name,omitempty"`
	Run  Script `yaml:"run"`
	Time string `yaml:"time,omitempty"`
	Wall string `yaml:"wall,omitempty"`
}

// Test is one entry of tests.
type Test struct {
	Name    string   `yaml:"name"`
	Needs   []string `yaml:"needs,omitempty,flow"`
	Compile Script   `yaml:"compile,omitempty"`
	Run     Script   `yaml:"run,omitempty"`
	Stdin   *Script  `yaml:"stdin,omitempty"`
	Stdout  *Script  `yaml:"stdout,omitempty"`
	Cases   string   `yaml:"cases,omitempty"`
	Compare any      `yaml:"compare,omitempty"`
	Checker []string `yaml:"checker,omitempty,flow"`
	Driver  []string `yaml:"driver,omitempty,flow"`
	Flags   *Words   `yaml:"flags,omitempty,flow"`
	Passes  int      `yaml:"passes,omitempty"`
	Scale   Number   `yaml:"scale,omitempty"` // or "ignore"
	Report  string   `yaml:"report,omitempty"`
	// Gradescope is the directory of an autograder of Gradescope; Run is empty then.
	Gradescope string   `yaml:"gradescope,omitempty"`
	Setup      bool     `yaml:"setup,omitempty"`
	Exit       any      `yaml:"exit,omitempty"`
	Points     any      `yaml:"points,omitempty"`
	Score      string   `yaml:"score,omitempty"`
	Stop       bool     `yaml:"stop,omitempty"`
	Requires   []string `yaml:"requires,omitempty,flow"`
	Hint       Script   `yaml:"hint,omitempty"`
	Limits     `yaml:",inline"`
}

// Script is text that must be read back unchanged. It is written in double quotes if it has several
// lines, white space at an end, or characters that an editor does not show.
type Script string

// plainText matches text that the YAML library writes unchanged.
var plainText = regexp.MustCompile(`^[!-~À-ž]+(?: [!-~À-ž]+)*$`)

// MarshalYAML implements yaml.BytesMarshaler.
func (t Script) MarshalYAML() ([]byte, error) {
	if plainText.MatchString(string(t)) {
		return yaml.Marshal(string(t))
	}
	return []byte(strconv.Quote(string(t))), nil
}

// Words is a list that is written even if it is empty.
type Words []string

// MarshalYAML implements yaml.BytesMarshaler.
func (w Words) MarshalYAML() ([]byte, error) {
	return yaml.MarshalWithOptions([]string(w), yaml.Flow(true))
}

// Number is a decimal or a fraction in the form in which the format reads points.
type Number string

// MarshalYAML implements yaml.BytesMarshaler.
func (n Number) MarshalYAML() ([]byte, error) { return []byte(n), nil }

// YAML returns assignment.yaml. Its first line is the comment, which must have one line.
func (a Assignment) YAML(comment string) ([]byte, error) {
	text, err := yaml.MarshalWithOptions(a, yaml.IndentSequence(true))
	if err != nil {
		return nil, fmt.Errorf("write assignment: %w", err)
	}
	var b bytes.Buffer
	if comment != "" {
		fmt.Fprintf(&b, "# %s\n", comment)
	}
	b.Write(text)
	return b.Bytes(), nil
}

// Duration formats a duration as the format reads it, in the largest unit that is exact.
func Duration(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d%time.Second == 0:
		return fmt.Sprintf("%ds", d/time.Second)
	}
	return fmt.Sprintf("%dms", d/time.Millisecond)
}

// Size formats a number of bytes as the format reads it, rounded up to whole KiB.
func Size(bytes int64) string {
	switch {
	case bytes%(1<<30) == 0:
		return fmt.Sprintf("%dGiB", bytes>>30)
	case bytes%(1<<20) == 0:
		return fmt.Sprintf("%dMiB", bytes>>20)
	}
	return fmt.Sprintf("%dKiB", (bytes+1023)>>10)
}
