package course

import (
	"fmt"

	"github.com/grader/grader/schema"
)

// maxFailedNamed is the number of failed submissions that are named.
const maxFailedNamed = 5

// Attention returns the problems that the staff of a course must know about, one sentence each,
// with what to do. stall says why no runner of a flavour starts. The message "the staff has been
// told" to students refers to these sentences.
func Attention(troubles []schema.Trouble, stall func(flavour string) schema.Stall) []string {
	var words []string
	failed := 0
	for _, t := range troubles {
		text := ""
		switch t.Kind {
		case schema.TroubleWaiting:
			text = waitingWords(t, stall(t.Flavour))
		case schema.TroubleFailed:
			if failed++; failed <= maxFailedNamed {
				text = fmt.Sprintf("our machines failed to grade %s (%s); to try again: rerun %s", t.Submission, schema.Sanitize(t.Reason), t.Submission)
			}
		case schema.TroubleUngated:
			path := t.Submission.Course + "/" + t.Submission.Assignment
			text = fmt.Sprintf("version %d of the tests of %s is active although its gate failed (skip-gate by %s); to see why: log %s/tests/%d",
				t.Count, path, t.Submission.Owner, path, t.Count)
		case schema.TroubleBroken:
			text = fmt.Sprintf("the tests of %s/%s failed on %s; to see why: log %s", t.Submission.Course, t.Submission.Assignment,
				schema.Count(t.Count, "submission"), t.Submission)
		}
		if text != "" {
			words = append(words, text)
		}
	}
	if failed > maxFailedNamed {
		words = append(words, fmt.Sprintf("our machines failed to grade %s more", schema.Count(failed-maxFailedNamed, "submission")))
	}
	return words
}

// waitingWords says that jobs wait for a flavour whose runners do not start. It returns "" if
// runners start.
func waitingWords(t schema.Trouble, s schema.Stall) string {
	wait := "1 job waits"
	if t.Count != 1 {
		wait = fmt.Sprintf("%d jobs wait", t.Count)
	}
	switch {
	case s.Missing:
		return fmt.Sprintf("%s for runners of flavour %s, which is not in the server's configuration: an operator can put it back, "+
			"or let others serve them (grader admin queue move %s TO)", wait, t.Flavour, t.Flavour)
	case s.Reason != "":
		return fmt.Sprintf("%s, and no runner of flavour %s can be started: %s", wait, t.Flavour, schema.Sanitize(s.Reason))
	}
	return ""
}
