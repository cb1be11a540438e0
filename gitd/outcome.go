package gitd

import (
	"errors"

	"github.com/grader/grader/schema"
)

// outcomeKind is how a push ended.
type outcomeKind int

const (
	outcomeRefused  outcomeKind = iota // the server refused before git looked at the pack
	outcomeRejected                    // git or the pre-receive hook refused; main did not move
	outcomeDryRun                      // the tree was judged, as asked, and would be accepted
	outcomeStored                      // main has moved, but the push could not be recorded yet
	outcomeRecorded                    // main has moved, and the push is recorded
)

// outcome is what became of a push. It is resolved once, by its reception.
type outcome struct {
	kind     outcomeKind
	refusal  refusal   // of outcomeRefused
	words    []string  // of outcomeRejected: what the hook has not said
	report   []byte    // git's report, held back until now: band 1, or everything where there are no bands
	recorded *recorded // of outcomeRecorded
}

// recorded is what a push became: a submission, a try, a version of tests with its gate's
// job, or a version of course.yaml.
type recorded struct {
	try        schema.Try
	submission schema.Submission
	version    schema.Version
	course     schema.CourseVersion
	job        schema.Job
}

func refusedFor(r refusal) outcome { return outcome{kind: outcomeRefused, refusal: r} }

// failedPush is the outcome of a push that an error of ours ended before git got it.
func (s *receiver) failedPush(err error) outcome {
	if errors.Is(err, errStopping) {
		return refusedFor(stoppingRefusal())
	}
	if why, ok := revokedFor(err); ok {
		return refusedFor(revokedRefusal(why))
	}
	s.logInternal("receive a push", err)
	return refusedFor(unavailableRefusal(err))
}

// errPanic is the outcome of a push whose handling panicked. The log tells more.
var errPanic = errors.New("panic")
