package assignment_test

import (
	"testing"

	"github.com/grader/grader/schema/assignment"
)

func TestEveryTestSaysItsKind(t *testing.T) {
	t.Parallel()
	files := memory{"io/1.in": "", "io/1.out": "", "check.py": "", "solution/a.c": ""}
	for keys, want := range map[string]assignment.Kind{
		"":                                      assignment.KindExit,
		"exit: any":                             assignment.KindExit,
		"stdin: a":                              assignment.KindExit,
		`stdout: ""`:                            assignment.KindCompare,
		"cases: io/*.in":                        assignment.KindCompare,
		"compare: {regex: a}":                   assignment.KindCompare,
		"checker: [./check.py]":                 assignment.KindChecker,
		"cases: io/*.in, checker: [./check.py]": assignment.KindChecker,
		"driver: ./check.py":                    assignment.KindDriver,
		"cases: io/*.in, driver: ./check.py":    assignment.KindDriver,
		"report: tap":                           assignment.KindReport,
		"report: sarif, penalty: {points: 1, per: finding}": assignment.KindFindings,
	} {
		files["assignment.yaml"] = "title: A1\nsolution: solution/\ntests: [{name: a, run: b, " + keys + "}]\n"
		spec, err := assignment.Load(files, context(t))
		if err != nil {
			t.Errorf("{%s}: %v", keys, err)
			continue
		}
		if got := spec.Tests[0].Kind; got != want {
			t.Errorf("{%s} is of kind %s, want %s", keys, got, want)
		}
	}
}
