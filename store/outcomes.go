package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Versions of outcomes. If the database has another form, Open derives all outcomes again.
const (
	outcomeEncoding = 1 // of layouts and bodies
	outcomeForm     = 1000*outcomeEncoding + course.ResultRules
)

// outcomeTest is one test of a layout. Results of the same tests share one layout.
type outcomeTest struct {
	Test  string        `json:"test"`
	Cases int           `json:"cases"`
	Max   schema.Points `json:"max"`
}

// The first byte of a test in a body. Only cellOther is followed by a number of passed cases, whether
// a case was run, and a score.
const (
	cellPassed = iota // all cases, with the maximum score
	cellFailed        // no case, with 0 points
	cellNotRun
	cellOther
)

// layoutOf returns the layout of a result.
func layoutOf(r course.ClassResult) []outcomeTest {
	layout := make([]outcomeTest, 0, len(r.Cells))
	for _, c := range r.Cells {
		layout = append(layout, outcomeTest{c.Test, c.Cases, c.Max})
	}
	return layout
}

// encodeOutcomes encodes a result without what its layout has: the tests in their order, then the
// failures. Each failure has the number of its test, from 1, or 0 and a name.
func encodeOutcomes(r course.ClassResult) ([]byte, error) {
	var body []byte
	number := make(map[string]uint64, len(r.Cells))
	for i, c := range r.Cells {
		number[c.Test] = uint64(i) + 1
		switch {
		case c.Run && c.Passed == c.Cases && c.Score.Equal(c.Max):
			body = append(body, cellPassed)
		case c.Run && c.Passed == 0 && c.Score.IsZero():
			body = append(body, cellFailed)
		case !c.Run && c.Passed == 0 && c.Score.IsZero():
			body = append(body, cellNotRun)
		default:
			score, err := c.Score.MarshalText()
			if err != nil {
				return nil, err
			}
			body = binary.AppendUvarint(append(body, cellOther), uint64(c.Passed))
			body = appendText(appendBool(body, c.Run), string(score))
		}
	}
	body = binary.AppendUvarint(body, uint64(len(r.Failures)))
	for _, f := range r.Failures {
		body = binary.AppendUvarint(body, number[f.Test])
		if number[f.Test] == 0 {
			body = appendText(body, f.Test)
		}
		body = appendText(appendBool(body, f.Unclear), f.Text)
	}
	return body, nil
}

func appendBool(b []byte, is bool) []byte {
	if is {
		return append(b, 1)
	}
	return append(b, 0)
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// outcomeReader decodes bodies. Equal failures of several results share one value.
type outcomeReader struct {
	layouts  map[int64][]outcomeTest
	failures map[failureOf]course.Failure
	rest     []byte // of the body
	err      error  // the first one
}

// failureOf identifies a failure of a body.
type failureOf struct {
	test, text string
	unclear    bool
}

var errOutcomes = errors.New("outcomes are damaged")

// decode returns the result with a layout and a body.
func (d *outcomeReader) decode(layout []outcomeTest, body []byte) (course.ClassResult, error) {
	d.rest, d.err = body, nil
	var r course.ClassResult
	if len(layout) > 0 {
		r.Cells = make([]course.ClassCell, len(layout))
	}
	for i, t := range layout {
		r.Cells[i] = d.cell(t)
	}
	n := d.number()
	if d.err == nil && n > 0 && n <= uint64(len(d.rest)) {
		r.Failures = make([]course.Failure, 0, n)
	}
	for ; n > 0 && d.err == nil; n-- {
		r.Failures = append(r.Failures, d.failure(layout))
	}
	if d.err == nil && len(d.rest) > 0 {
		d.err = errOutcomes
	}
	return r, d.err
}

func (d *outcomeReader) cell(t outcomeTest) course.ClassCell {
	c := course.ClassCell{Test: t.Test, Cases: t.Cases, Max: t.Max}
	switch d.byte() {
	case cellPassed:
		c.Passed, c.Score, c.Run = t.Cases, t.Max, true
	case cellFailed:
		c.Run = true
	case cellNotRun:
	case cellOther:
		c.Passed, c.Run = int(d.number()), d.byte() == 1
		if err := c.Score.UnmarshalText(d.text()); err != nil {
			d.err = errors.Join(d.err, err)
		}
	default:
		d.err = errOutcomes
	}
	return c
}

func (d *outcomeReader) failure(layout []outcomeTest) course.Failure {
	var test string
	switch n := d.number(); {
	case n == 0:
		test = string(d.text())
	case n <= uint64(len(layout)):
		test = layout[n-1].Test
	default:
		d.err = errOutcomes
	}
	unclear, text := d.byte() == 1, d.text()
	f, known := d.failures[failureOf{test, string(text), unclear}]
	if !known {
		f = course.NewFailure(test, string(text))
		f.Unclear = unclear
		d.failures[failureOf{test, f.Text, unclear}] = f
	}
	return f
}

func (d *outcomeReader) byte() byte {
	if len(d.rest) == 0 {
		d.err = errOutcomes
		return 0
	}
	b := d.rest[0]
	d.rest = d.rest[1:]
	return b
}

func (d *outcomeReader) number() uint64 {
	n, size := binary.Uvarint(d.rest)
	if size <= 0 {
		d.rest, d.err = nil, errOutcomes
		return 0
	}
	d.rest = d.rest[size:]
	return n
}

func (d *outcomeReader) text() []byte {
	n := d.number()
	if n > uint64(len(d.rest)) {
		d.rest, d.err = nil, errOutcomes
		return nil
	}
	text := d.rest[:n]
	d.rest = d.rest[n:]
	return text
}

// putOutcomes stores the outcomes of a job's result, in place of earlier ones.
func (t *tx) putOutcomes(ctx context.Context, job int64, r course.ClassResult) error {
	layout, err := t.layout(ctx, layoutOf(r))
	if err != nil {
		return err
	}
	body, err := encodeOutcomes(r)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO outcomes (job_id, layout_id, body) VALUES (?, ?, ?)
		ON CONFLICT (job_id) DO UPDATE SET layout_id = excluded.layout_id, body = excluded.body`, job, layout, body)
	return err
}

// layout returns the id of a layout. It stores the layout if it is new.
func (t *tx) layout(ctx context.Context, tests []outcomeTest) (int64, error) {
	body, err := encode(tests)
	if err != nil {
		return 0, err
	}
	hash := sha256.Sum256([]byte(body))
	ids, err := list(ctx, t, value[int64], `SELECT id FROM outcome_layouts WHERE hash = ?`, hash[:])
	if err != nil || len(ids) > 0 {
		return append(ids, 0)[0], err
	}
	return one(ctx, t, value[int64], `INSERT INTO outcome_layouts (hash, body) VALUES (?, ?) RETURNING id`, hash[:], body)
}

// storedOutcomes is a row of the table.
type storedOutcomes struct {
	job, layout int64
	body        []byte
}

func scanOutcomes(r row) (o storedOutcomes, err error) {
	err = r.Scan(&o.job, &o.layout, &o.body)
	return o, err
}

// ClassResults returns the results of jobs, by job. It derives damaged outcomes from the result, and
// logs them once for each job. It leaves out jobs whose result is missing or cannot be decoded.
func (s *GradeTables) ClassResults(ctx context.Context, jobs []int64) (map[int64]course.ClassResult, error) {
	ids, err := encode(jobs)
	if err != nil {
		return nil, err
	}
	all, err := list(ctx, s.reader, scanOutcomes, `SELECT o.job_id, o.layout_id, o.body FROM json_each(?) wanted CROSS JOIN outcomes o ON o.job_id = wanted.value`, ids)
	if err != nil {
		return nil, err
	}
	d := &outcomeReader{failures: make(map[failureOf]course.Failure)}
	if d.layouts, err = s.layouts(ctx, all); err != nil {
		return nil, err
	}
	results := make(map[int64]course.ClassResult, len(all))
	for _, o := range all {
		err := errOutcomes
		if layout, readable := d.layouts[o.layout]; readable {
			results[o.job], err = d.decode(layout, o.body)
		}
		if err == nil {
			continue
		}
		delete(results, o.job)
		if s.damaged.first(o.job) {
			s.logger.Error("stored outcomes cannot be read, and are derived from the result", "job", o.job, "layout", o.layout, "error", err)
		}
		again, err := list(ctx, s.reader, scanDerived, `SELECT job_id, body FROM results WHERE job_id = ?`, o.job)
		if err != nil {
			return nil, err
		}
		if len(again) > 0 && !again[0].lost {
			results[o.job] = again[0].ClassResult
		}
	}
	return results, nil
}

// layouts returns the layouts of the rows, by id, without those that cannot be decoded.
func (s *GradeTables) layouts(ctx context.Context, rows []storedOutcomes) (map[int64][]outcomeTest, error) {
	used := make(map[int64]bool)
	for _, o := range rows {
		used[o.layout] = true
	}
	wanted, err := encode(slices.Collect(maps.Keys(used)))
	if err != nil {
		return nil, err
	}
	type stored struct {
		id    int64
		tests []outcomeTest
		err   error
	}
	all, err := list(ctx, s.reader, func(r row) (l stored, err error) {
		var body []byte
		err = r.Scan(&l.id, &body)
		l.err = json.Unmarshal(body, &l.tests)
		return l, err
	}, `SELECT l.id, l.body FROM json_each(?) wanted CROSS JOIN outcome_layouts l ON l.id = wanted.value`, wanted)
	layouts := make(map[int64][]outcomeTest, len(all))
	for _, l := range all {
		if l.err == nil {
			layouts[l.id] = l.tests
		}
	}
	return layouts, err
}

// ResultsVersion returns a number that changes when results that ClassResults has returned change.
// The results of a job change only when its owner is erased.
func (s *GradeTables) ResultsVersion(ctx context.Context) (int64, error) {
	return one(ctx, s.reader, value[int64], `SELECT rewritten FROM outcome_progress`)
}

// rewriteOutcomes replaces the outcomes of a job after its result has changed. It does nothing for a
// job without outcomes.
func (t *tx) rewriteOutcomes(ctx context.Context, job int64, r schema.Result) error {
	if there, err := t.markRewritten(ctx, job); err != nil || !there {
		return err
	}
	return t.putOutcomes(ctx, job, course.NewClassResult(r.Outcomes()))
}

// removeOutcomes removes the outcomes of a job after its result was removed.
func (t *tx) removeOutcomes(ctx context.Context, job int64) error {
	if there, err := t.markRewritten(ctx, job); err != nil || !there {
		return err
	}
	_, err := t.exec(ctx, `DELETE FROM outcomes WHERE job_id = ?`, job)
	return err
}

// markRewritten records that the outcomes of a job change. It returns false if the job has none.
func (t *tx) markRewritten(ctx context.Context, job int64) (bool, error) {
	n, err := t.exec(ctx, `UPDATE outcome_progress SET rewritten = rewritten + 1 WHERE EXISTS (SELECT 1 FROM outcomes WHERE job_id = ?)`, job)
	return n > 0, err
}
