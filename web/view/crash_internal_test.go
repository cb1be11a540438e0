package view

import (
	"testing"

	"github.com/grader/grader/schema"
)

func TestCrashWords(t *testing.T) {
	t.Parallel()
	for want, results := range map[string][]schema.TestResult{
		"": {
			{Outcome: schema.OutcomeFailed, ExitStatus: 1},
			{Outcome: schema.OutcomeCrashed, ExitStatus: 1, Message: "exit status 1: KeyError: 3 (main.py:2)"},
			{Outcome: schema.OutcomeCrashed, Signal: "SIGSEGV", Message: "ended by SIGSEGV (segmentation fault)"},
		},
		"exit status 1":  {{Outcome: schema.OutcomeCrashed, ExitStatus: 1}, {Outcome: schema.OutcomeCrashed, ExitStatus: 1, Message: "it is wrong"}},
		"signal SIGSEGV": {{Outcome: schema.OutcomeCrashed, Signal: "SIGSEGV"}},
	} {
		for _, r := range results {
			if got := crashWords(r); got != want {
				t.Errorf("%+v: %q, want %q", r, got, want)
			}
		}
	}
}
