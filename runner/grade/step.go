package grade

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// order is one step to run: a command of the assignment in a place.
type order struct {
	command assignment.Command
	args    []string // further arguments
	flags   []string // arguments after these, in which variables are replaced
	place   *place
	dir     string // "": the place's working directory
	vars    variables
	trees   []*tree  // for reading; nil entries are ignored
	names   []string // of files in the place, if no tree shows them
	write   []*sandbox.Scratch
	stdin   *os.File
	stdout  *os.File
	limits  assignment.Limits
	compile bool // a compiler: both streams are merged, and passed to watch as they arrive
	judging bool // JUnit, in the process of the submission
	beside  bool // another order, the student's, runs at the same time
	watch   func(chunk []byte)
}

// errCutOff reports that the job's own limit, or its caller, ended a step.
var errCutOff = errors.New("the job was cut off")

// step converts the order to the wall's form. It also returns the settings of its virtual machines.
func (s *workspace) step(o order) (sandbox.Step, javaSettings) {
	limits := s.bounds(o.limits)
	java := s.javaIn(o.place, limits, o.compile)
	image := s.grader.Image
	if o.judging {
		java = java.judging(image.archives, o.command)
	}
	e := environment{image: image, place: o.place, vars: o.vars, java: java, cores: s.cores()}
	step := sandbox.Step{
		Argv: e.argv(o.spelt(), append(slices.Clone(o.args), e.words(o.flags)...)...), Dir: o.dir, Env: e.list(), Limits: limits,
		Write: append([]*sandbox.Scratch{o.place.scratch}, o.write...),
		Stdin: o.stdin, Stdout: o.stdout, MergeStderr: o.compile, OnOutput: o.watch, LeaveTemp: o.beside,
		Background: o.compile && s.job.Background,
	}
	if step.Dir == "" {
		step.Dir = o.place.work
	}
	if java.shares {
		step.Read = append(step.Read, string(image.archives))
	}
	if image.goCache != "" {
		step.Read = append(step.Read, image.goCache)
	}
	for _, t := range o.trees {
		if t != nil {
			step.Read = append(step.Read, t.path())
		}
	}
	return step, java
}

// javaIn returns the settings of virtual machines in a place.
func (s *workspace) javaIn(p *place, l sandbox.Limits, compile bool) javaSettings {
	temp := ""
	if !s.grader.Wall.HasTemp() {
		temp = p.tmp
	}
	return s.grader.Image.javaFor(l, s.cores(), compile, temp)
}

// cores returns how many cores a step may use.
func (s *workspace) cores() int {
	if f := s.job.Flavour; f != nil && f.CPU > 0 {
		return max(1, int(f.CPU))
	}
	return 1
}

// run runs an order to its end. The error is errCutOff, or the infrastructure's. A program that
// does not exist ends with status 127, as in a shell.
func (s *workspace) run(ctx context.Context, o order) (sandbox.Result, error) {
	step, java := s.step(o)
	step.Alone = true // tests are run one after another
	result, err := s.grader.Wall.Run(ctx, step)
	return s.ended(ctx, result, err, step.Argv[0], java)
}

// ended evaluates the result from the wall.
func (s *workspace) ended(ctx context.Context, r sandbox.Result, err error, program string, java javaSettings) (sandbox.Result, error) {
	switch {
	case err != nil && schema.CodeOf(err) == schema.CodeNotFound:
		words := []byte(schema.MessageOf(err) + "\n")
		return sandbox.Result{Exit: statusNotFound, Stdout: words, Stderr: words}, nil
	case ctx.Err() != nil && (err != nil || r.Killed):
		return sandbox.Result{}, errCutOff
	case err != nil:
		return sandbox.Result{}, fmt.Errorf("run %s: %w", program, err)
	}
	r.Stdout, r.Stderr = java.quiet(r.Stdout), java.quiet(r.Stderr)
	return r, nil
}
