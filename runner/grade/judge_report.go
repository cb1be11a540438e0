package grade

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sort"

	"github.com/grader/grader/runner/grade/report"
	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// reading holds the content of a test's reports, and how the process that wrote them ended.
type reading struct {
	cases    []report.Case
	problems []string // documents that could not be read, for staff
	files    int
	end      ending
	run      sandbox.Result
	output   string // the process's output, for people

	documents []string       // paths of the report files that were read
	foreign   []string       // paths of report files that were ignored: the reference writes none of these
	written   map[string]int // how often each was written
	flooded   bool           // more was written than could be tracked
	summary   summary
	stated    bool   // the documents state their numbers of cases
	misstated bool   // and one of these numbers is wrong
	signed    bool   // by one of our launchers, started before the submission's code
	altered   string // path of a report that differs from its signature
	seal      signature
	witness   *witness // nil without one
	disturbed bool     // another program used the connection, or kept the launcher from it
}

// judgeReport runs a test with an in-process framework and compares its report with the pinned
// cases.
func (r *trial) judgeReport(ctx context.Context) error {
	got, err := r.runReport(ctx)
	if errors.Is(err, errCutOff) {
		r.notRun(r.test, cutOffWords(ctx, r.spec), r.emitInProcess)
		return nil
	}
	if err != nil {
		return err
	}
	if r.subject.reference && r.pins != nil {
		if _, pinned := r.pins[r.test.Name]; !pinned {
			r.pins[r.test.Name], r.traces[r.test.Name] = pinsOf(got.cases), got.trace()
		}
	}
	for _, result := range r.hold(got) {
		r.emit(result)
	}
	return nil
}

// emitInProcess marks a result as that of an in-process test.
func (r *trial) emitInProcess(result schema.TestResult) {
	result.InProcess = true
	r.emit(result)
}

// runReport runs the framework. It creates the report directory, with a name that cannot be
// guessed, before any student's code is loaded.
func (r *trial) runReport(ctx context.Context) (reading, error) {
	format, err := report.FormatOf(r.test.Report)
	if err != nil {
		return reading{}, err
	}
	p, err := r.placeShowing(r.shown)
	if err != nil {
		return reading{}, err
	}
	defer p.remove()
	reports, err := r.grader.Wall.NewScratch()
	if err != nil {
		return reading{}, fmt.Errorf("make report directory: %w", err)
	}
	defer func() { _ = reports.Remove() }()
	run, o, err := r.runFramework(ctx, p, reports)
	if err != nil {
		return reading{}, err
	}
	readable := format.Text(run.Stdout)
	got := reading{run: run.Result, end: r.endOfFramework(o, run.Result, readable, format.Printed())}
	got.written, got.flooded, got.summary, got.witness = run.written, run.flooded, summaryOf(run.Stdout), run.witness
	var noted schema.TestResult
	shown := run.Result
	shown.Stdout = readable
	r.note(shown, p, o.vars, &noted)
	got.output = schema.Plain(noted.Output)
	if err := r.collect(&got, format, reports, run.word, p.localiser(o.vars).rewrite); err != nil {
		return reading{}, err
	}
	return got, nil
}

// frameworkRun is a run of a framework, as observed from outside the process.
type frameworkRun struct {
	sandbox.Result
	word    string // the word that one of our launchers was given
	witness *witness
	written map[string]int
	flooded bool
}

// runFramework runs the test's command with a directory for its reports.
func (r *trial) runFramework(ctx context.Context, p *place, reports *sandbox.Scratch) (frameworkRun, order, error) {
	it := item{limits: r.test.Limits, input: r.test.Stdin}
	o := r.order(p, it)
	o.vars = o.vars.with("REPORTS", reports.Path())
	o.write = []*sandbox.Scratch{reports}
	o.judging = usesJUnit(r.test)
	var err error
	if o.stdin, err = r.input(it.input); err != nil {
		return frameworkRun{}, o, err
	}
	defer closeFile(o.stdin)
	var run frameworkRun
	if run.word, err = handOver(reports); err != nil {
		return frameworkRun{}, o, err
	}
	if run.witness, err = openWitness(reports, run.word); err != nil {
		return frameworkRun{}, o, err
	}
	watch := watchWrites(reports.Path())
	run.Result, err = r.run(ctx, o)
	run.written, run.flooded = watch.end()
	run.witness.end()
	return run, o, err
}

// collect reads the reports. It records the errors of a report, whose complete cases still count.
func (r *trial) collect(got *reading, format report.Format, reports *sandbox.Scratch, word string, rewrite func(string) string) error {
	list := report.List{Rewrite: rewrite}
	var others []string // files that are no reports, next to those that are
	read := func(d document) {
		got.files++
		switch err := format.Read(d.content, &list); {
		case errors.Is(err, report.ErrNotReport):
			others = append(others, d.problem(err))
		case err != nil:
			got.problems = append(got.problems, d.problem(err))
		}
	}
	if format.Printed() {
		read(document{content: got.run.Stdout})
	} else {
		documents, err := r.documents(reports, func(name string) bool { return name == signatureFile || format.Matches(name) })
		if err != nil {
			return err
		}
		for _, d := range got.sort(documents, r.traces[r.test.Name], word) {
			read(d)
		}
	}
	if len(list.Cases) == 0 {
		got.problems = append(got.problems, others...)
	}
	got.cases, got.stated, got.misstated = list.Cases, list.Stated, list.Misstated
	return nil
}

// sort separates the signature and the ignored documents from the other documents.
func (g *reading) sort(documents []document, reference schema.ReportTrace, word string) []document {
	documents = slices.DeleteFunc(documents, func(d document) bool {
		if d.name == signatureFile {
			g.seal, g.signed = readSignature(d.content, word)
		}
		return d.name == signatureFile
	})
	if w := g.witness; w != nil && w.spoke() {
		g.seal, g.signed, g.disturbed = w.seal, w.ended && !w.lost, w.lost
	}
	documents, g.foreign = split(documents, reference.Files)
	for _, d := range documents {
		g.documents = append(g.documents, d.name)
	}
	if g.signed {
		g.altered = g.seal.covers(documents)
	}
	return documents
}

// document is one file below $REPORTS.
type document struct {
	name    string
	content []byte
}

// problem describes the error in a document.
func (d document) problem(err error) string {
	return joinNonEmpty(": ", d.name, schema.Excerpt(err.Error(), 300))
}

// documents returns the files below $REPORTS that takes selects, sorted by name.
func (r *trial) documents(reports *sandbox.Scratch, takes func(string) bool) ([]document, error) {
	dir, err := os.MkdirTemp(r.grader.Dir, "reports-")
	if err != nil {
		return nil, fmt.Errorf("read reports: %w", err)
	}
	defer os.RemoveAll(dir)
	_, err = reports.CopyOut(dir, sandbox.Caps{Files: report.MaxFiles, Bytes: report.MaxBytes, Depth: 8})
	if err != nil && schema.CodeOf(err) != schema.CodeLimit {
		return nil, fmt.Errorf("read reports: %w", err)
	}
	files, err := listFiles(dir)
	if err != nil {
		return nil, err
	}
	sort.Slice(files, func(i, j int) bool { return files[i].path < files[j].path })
	var documents []document
	for _, f := range files {
		if !takes(f.path) {
			continue
		}
		content, err := os.ReadFile(dir + "/" + f.path)
		if err != nil {
			return nil, fmt.Errorf("read reports: %w", err)
		}
		documents = append(documents, document{f.path, content})
	}
	return documents, nil
}

// pinsOf returns the names to pin from a reference's report. It numbers repeated names and omits
// skipped cases.
func pinsOf(cases []report.Case) []string {
	seen := map[string]int{}
	pins := []string{}
	for _, c := range cases {
		if c.Verdict == report.Skipped {
			continue
		}
		seen[c.Name]++
		pins = append(pins, numbered(c.Name, seen[c.Name]))
	}
	return slices.Clip(pins)
}

// numbered returns the name of the n-th case with that name.
func numbered(name string, n int) string {
	if n == 1 {
		return name
	}
	return fmt.Sprintf("%s#%d", name, n)
}
