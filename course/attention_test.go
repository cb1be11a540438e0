package course_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

func TestAttention(t *testing.T) {
	t.Parallel()
	named := func(n int) schema.SubmissionName {
		return schema.SubmissionName{Course: "comp1", Assignment: "a1", Owner: "alice", Number: n}
	}
	stalls := map[string]schema.Stall{"gone": {Missing: true}, "stuck": {Reason: "no\x1b[31m wall"}}
	var many []schema.Trouble
	var manyWords []string
	for n := 1; n <= 7; n++ {
		many = append(many, schema.Trouble{Kind: schema.TroubleFailed, Submission: named(n), Count: 1, Reason: "lost"})
		if n <= 5 {
			manyWords = append(manyWords, fmt.Sprintf("our machines failed to grade comp1/a1/alice/%d (lost); to try again: rerun comp1/a1/alice/%d", n, n))
		}
	}
	for name, c := range map[string]struct {
		troubles []schema.Trouble
		want     []string
	}{
		"nothing":                       {nil, nil},
		"jobs that wait for their turn": {[]schema.Trouble{{Kind: schema.TroubleWaiting, Flavour: "standard", Count: 9}}, nil},
		"one job without a flavour": {[]schema.Trouble{{Kind: schema.TroubleWaiting, Flavour: "gone", Count: 1}}, []string{
			"1 job waits for runners of flavour gone, which is not in the server's configuration: an operator can put it back, or let others serve them (grader admin queue move gone TO)"}},
		"jobs whose runners do not start": {[]schema.Trouble{{Kind: schema.TroubleWaiting, Flavour: "stuck", Count: 2}}, []string{
			"2 jobs wait, and no runner of flavour stuck can be started: no�[31m wall"}},
		"broken tests": {[]schema.Trouble{{Kind: schema.TroubleBroken, Submission: named(3), Count: 1}}, []string{
			"the tests of comp1/a1 failed on 1 submission; to see why: log comp1/a1/alice/3"}},
		"broken for many": {[]schema.Trouble{{Kind: schema.TroubleBroken, Submission: named(3), Count: 40}}, []string{
			"the tests of comp1/a1 failed on 40 submissions; to see why: log comp1/a1/alice/3"}},
		"a gate that was skipped": {[]schema.Trouble{{Kind: schema.TroubleUngated, Submission: schema.SubmissionName{Course: "comp1", Assignment: "a1", Owner: "ida"}, Count: 4}}, []string{
			"version 4 of the tests of comp1/a1 is active although its gate failed (skip-gate by ida); to see why: log comp1/a1/tests/4"}},
		"many failed jobs": {many, append(manyWords, "our machines failed to grade 2 submissions more")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := course.Attention(c.troubles, func(flavour string) schema.Stall { return stalls[flavour] })
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
