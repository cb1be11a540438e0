package store

import (
	"encoding/json"

	"github.com/grader/grader/schema"
)

// scanResult scans a result. It fails if the result cannot be decoded.
func scanResult(r row) (result schema.Result, err error) {
	err = r.Scan(decoded{&result})
	return result, err
}

// storedResult scans a result or a summary that may be missing or damaged.
type storedResult struct {
	result *schema.Result // nil: NULL
	err    error          // why the result cannot be decoded; result is then empty

	tests map[string]schema.TestResult // decoded tests by their text, if results share them
}

// Scan implements sql.Scanner.
func (s *storedResult) Scan(src any) error {
	*s = storedResult{tests: s.tests}
	if src == nil {
		return nil
	}
	s.result = new(schema.Result)
	if s.tests == nil {
		s.err = (decoded{s.result}).Scan(src)
	} else {
		s.err = s.scanShared(src)
	}
	if s.err != nil {
		*s.result = schema.Result{} // without what was decoded before the damage
	}
	return nil
}

// scanShared decodes a result. It decodes each distinct text of a test once.
func (s *storedResult) scanShared(src any) error {
	var of struct {
		schema.Result
		Tests []json.RawMessage `json:"tests"` // in place of the result's
	}
	if err := (decoded{&of}).Scan(src); err != nil {
		return err
	}
	*s.result = of.Result
	if of.Tests != nil {
		s.result.Tests = make([]schema.TestResult, len(of.Tests))
	}
	for i, text := range of.Tests {
		t, known := s.tests[string(text)]
		if !known {
			if err := json.Unmarshal(text, &t); err != nil {
				return err
			}
			s.tests[string(text)] = t
		}
		s.result.Tests[i] = t
	}
	return nil
}

func scanStoredResult(r row) (s storedResult, err error) {
	err = r.Scan(&s)
	return s, err
}

// orAdvice returns the result. If it is damaged, orAdvice returns instead a result without points
// whose message says what to do.
func (s storedResult) orAdvice(advice func() string) *schema.Result {
	if s.err == nil {
		return s.result
	}
	return &schema.Result{
		Outcome: schema.OutcomeInfrastructureError, Blame: schema.BlameInfrastructure,
		Message: "the stored result cannot be read; " + advice(),
	}
}

// rerunAdvice says how to replace the damaged result of a submission.
func rerunAdvice(name string) string {
	return "the staff of the course can grade the submission again with the command: rerun " + name
}

// erasedResult returns the result that replaces a damaged one when its owner is erased.
func erasedResult() schema.Result {
	return schema.Result{
		Outcome: schema.OutcomeInfrastructureError, Blame: schema.BlameInfrastructure,
		Message: "the result could not be read and was erased",
	}
}

// lost reports whether the result is damaged, or was damaged when its owner was erased. Finish stores no other
// result with this outcome.
func (s storedResult) lost() bool {
	return s.err != nil || s.result != nil && s.result.Outcome == schema.OutcomeInfrastructureError
}
