package grade

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// maxOutput bounds the kept output of a case, in bytes.
const maxOutput = 16 << 10

// item is one run of the student's program: a single test, or one case of a family.
type item struct {
	planned
	input, answer assignment.Input
	args          []string
	files         []string // of the tests repository, below the program's working directory
	filesDir      string   // their paths there
	limits        assignment.Limits
}

// items lists the runs of a test.
func (r *trial) items() []item {
	plan := r.plan(r.test)
	if single(r.test) {
		return []item{{planned: plan[0], input: r.test.Stdin, answer: r.test.Stdout, limits: r.test.Limits}}
	}
	items := make([]item, len(plan))
	for i, c := range r.test.Cases {
		items[i] = item{
			planned: plan[i], limits: c.Limits,
			input:  assignment.Input{Set: true, File: c.Input},
			answer: assignment.Input{Set: true, File: c.Answer},
			args:   c.Args, files: c.Files, filesDir: c.FilesDir(),
		}
	}
	return items
}

// judgeCases runs a single test or a family.
func (r *trial) judgeCases(ctx context.Context, judge caseJudge) error {
	score := newScoring(r.test, r.emit)
	rejected := ""
	items := r.items()
	r.ahead = r.makeAhead(len(items))
	defer r.ahead.end()
	for _, it := range items {
		result := r.entry(r.test, it.name)
		result.MaxScore = it.most
		var err error
		switch {
		case ctx.Err() != nil:
			err = errCutOff
		case r.test.Stop && rejected != "":
			result.Outcome, result.Message = schema.OutcomeNotRun, "not run: "+rejected+" did not pass"
		default:
			err = judge.judgeCase(ctx, r, it, &result)
		}
		if errors.Is(err, errCutOff) {
			result.Outcome, result.Message, err = schema.OutcomeNotRun, cutOffWords(ctx, r.spec), nil
		}
		if err != nil {
			return err
		}
		if rejected == "" && !accepted(result) {
			rejected = result.Name
		}
		score.add(r.finish(result, it.hint))
	}
	score.end()
	return nil
}

// runAnd runs the program, and passes its output to judge if it ended as expected.
func (r *trial) runAnd(ctx context.Context, it item, result *schema.TestResult, judge func(output []byte) error) error {
	run, end, err := r.runItem(ctx, it, result)
	if err != nil {
		return err
	}
	if end.outcome != "" {
		end.apply(result)
		return nil
	}
	return judge(run.Stdout)
}

// runItem runs the student's program once and records its resource use and output.
func (r *trial) runItem(ctx context.Context, it item, result *schema.TestResult) (sandbox.Result, ending, error) {
	p, err := r.placeFor(it)
	if err != nil {
		return sandbox.Result{}, ending{}, err
	}
	defer p.remove()
	in, err := r.input(it.input)
	if err != nil {
		return sandbox.Result{}, ending{}, err
	}
	defer closeFile(in)
	o := r.order(p, it)
	o.stdin = in
	run, err := r.run(ctx, o)
	if err != nil {
		return sandbox.Result{}, ending{}, err
	}
	r.note(run, p, o.vars, result)
	return run, r.endOfRun(o, run), nil
}

// placeFor makes the place of one run: the artefacts, and the case's files on top of them.
func (r *trial) placeFor(it item) (*place, error) {
	p, err := r.ahead.take()
	if p == nil && err == nil {
		p, err = r.placeShowing(r.shown)
	}
	if err != nil {
		return nil, err
	}
	for _, name := range it.files {
		from := filepath.Join(r.job.Tests, filepath.FromSlash(name))
		if err := p.scratch.CopyIn(strings.TrimPrefix(name, it.filesDir), from, 0o600, sandbox.StampSource); err != nil {
			p.remove()
			return nil, fmt.Errorf("file of case %s: %w", it.name, err)
		}
	}
	return p, nil
}

// order returns the student's step in a place.
func (r *trial) order(p *place, it item) order {
	return order{
		command: r.test.Run, args: it.args, place: p, vars: r.vars(),
		trees: []*tree{r.shown, r.needs, r.testOut, r.starts}, limits: it.limits,
	}
}

// wanted returns the exit status that the test expects.
func (r *trial) wanted() expectation {
	if r.test.AnyExit {
		return expectation{any: true}
	}
	if r.test.Exit != nil {
		return expectation{status: *r.test.Exit}
	}
	return expectation{}
}

// note records a run's resource use and output.
func (r *trial) note(run sandbox.Result, p *place, v variables, result *schema.TestResult) {
	result.CPU, result.Wall, result.Memory = run.CPU, run.Wall, run.Memory
	out, err := schema.ExcerptColored(p.localise(string(run.Stdout), v), maxOutput), schema.ExcerptColored(p.localise(stderrOf(run), v), maxOutput/2)
	if err != "" {
		err = "[standard error]\n" + err
	}
	result.Output = joinNonEmpty("\n", strings.TrimRight(out, "\n"), err)
}

// apply records an unexpected ending in a result.
func (e ending) apply(result *schema.TestResult) {
	result.Outcome, result.Message = e.outcome, e.message
	result.Signal, result.ExitStatus = e.signal, e.exit
}

// award gives a result its full points.
func award(result *schema.TestResult) {
	result.Outcome, result.Score = schema.OutcomePassed, result.MaxScore
}

func closeFile(f *os.File) {
	if f != nil {
		_ = f.Close()
	}
}
