package assignment_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/grader/grader/schema/assignment"
)

// FuzzParse checks that Parse accepts any assignment.yaml, or rejects it with a printable message
// and a position, and never panics.
func FuzzParse(f *testing.F) {
	seeds := []string{
		everything, one, "", "title: A1\n" + one, "%YAML 1.2\n---\na: &a [*a]\n", "a: [[[[{{{{", "- - - ? ? : :",
		"title: |2-\n   a\ntests:\n- name: é\n  run: >+\n   b\n", "\xff\xfe", "tests: [{name: a, points: {each: 1/3}}]\r\n",
		"due: 2026-03-08 02:30\n", "\ufefftitle: a", "a: 'b''c'\n? d\n: e\n", "tests:\n  - {name: a, run: ./a, compare: {regex: '(?i)x*'}}\n",
	}
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	c := context(f)
	f.Fuzz(func(t *testing.T, source []byte) {
		spec, err := assignment.Parse(source, c)
		if (spec == nil) == (err == nil) {
			t.Fatalf("Parse returned %v and %v", spec, err)
		}
		if err == nil {
			checkSpec(t, spec)
			return
		}
		var invalid *assignment.Invalid
		if !errors.As(err, &invalid) || len(invalid.Problems) == 0 {
			t.Fatalf("error %v names no problem", err)
		}
		for _, p := range invalid.Problems {
			if p.File != "assignment.yaml" || p.Message == "" || !utf8.ValidString(p.Message) || strings.ContainsAny(p.Message, "\x00\x1b\n\r") || (p.Line == 0) != (p.Column == 0) || p.Line < 0 || p.Column < 0 {
				t.Errorf("problem %#v", p)
			}
		}
	})
}

func checkSpec(t *testing.T, spec *assignment.Spec) {
	t.Helper()
	if spec.Title == "" || len(spec.Tests) == 0 {
		t.Errorf("read without title or tests: %+v", spec)
	}
	for _, test := range spec.Tests {
		if test.Name == "" || strings.Contains(test.Name, "/") || test.Run.IsZero() || test.Limits.CPU <= 0 || test.Limits.Memory <= 0 || test.Points.Total.Sign() < 0 {
			t.Errorf("test %+v", test)
		}
	}
}
