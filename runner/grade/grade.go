// Package grade grades one submission against one tests repository, step by step
// behind the wall: build, tests, comparison, reports, verdict. A runner and `grader
// check` run the same code.
package grade

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// Job is what to grade. The directories are the runner's own, unpacked by Unpack;
// no student's program ever sees them by these paths.
type Job struct {
	Kind       schema.JobKind
	Submission string          // directory of the student's files; "" for a gate
	Tests      string          // directory of the tests repository
	Prepared   string          // directory with what prepare left, "" to run prepare
	Pins       *schema.Pins    // nil: grade the reference solution first where there are reports, and pin
	Zone       *time.Location  // of the course
	Flavour    *schema.Flavour // nil: no flavour's limits apply
	Provenance schema.Provenance
}

// Observer is told what happens, as it happens, from one goroutine at a time. Text
// is sanitised already.
type Observer interface {
	Prepared(dir string) // prepare ran; its files are in dir, before any student's step
	Line(text string)    // of the build's output
	Build(b schema.BuildResult)
	Test(t schema.TestResult)
}

// Grader grades jobs behind one wall.
type Grader struct {
	Wall   *sandbox.Wall
	Image  Image
	Dir    string // private (0700) directory for trusted files
	Clock  func() time.Time
	Logger *slog.Logger
}

// Image describes the machine's toolchain: what the variables of the assignment
// format ($CLASSPATH_JUNIT, $PYTEST …) stand for.
type Image struct {
	ID        string            // content id, or the hash of the toolchain's versions
	Variables map[string]string // name to value; a name that this image lacks is absent
	Path      string            // PATH of every step
}

// Grade grades a job. An error is CodeInvalid when the tests repository does not
// parse, else the infrastructure's: what students or tests do wrong is in the Result.
func (g *Grader) Grade(ctx context.Context, j Job, o Observer) (schema.Result, error) {
	panic("unwritten")
}

// DetectImage looks at this machine's toolchain, or reads the description that a
// runner image carries.
func DetectImage(ctx context.Context) (Image, error) { panic("unwritten") }

// Caps bound what Unpack accepts.
type Caps struct {
	Files int
	Bytes int64
	Depth int
}

// Unpack unpacks a tar of regular files beneath dir, which must be empty, through
// openat2: no links, no devices, no name that leaves dir. CodeInvalid, CodeLimit.
func Unpack(r io.Reader, dir string, c Caps) error { panic("unwritten") }

// Pack writes the regular files beneath dir as a tar that Unpack reads.
func Pack(w io.Writer, dir string) error { panic("unwritten") }
