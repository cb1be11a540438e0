package gitd

import (
	"errors"

	"github.com/grader/grader/schema"
)

// outcomeKind says how a push ended.
type outcomeKind int

const (
	outcomeRefused  outcomeKind = iota // the server refused before git looked at the pack
	outcomeRejected                    // git or the pre-receive hook refused; main did not move
	outcomeDryRun                      // the tree was judged, as asked, and would be accepted
	outcomeStored                      // main has moved, but the push could not be recorded yet
	outcomeRecorded                    // main has moved, and the push is recorded
)

// outcome is the result of a push. Its reception resolves it once.
type outcome struct {
	kind     outcomeKind
	refusal  refusal   // of outcomeRefused
	words    []string  // of outcomeRejected: what the hook did not say
	report   []byte    // git's report, not sent yet: band 1, or everything if the client does not support side-bands
	recorded *recorded // of outcomeRecorded
}

// recorded is what a push was recorded as: a submission, a try, a version of tests with its gate's
// job, or a version of course.yaml.
type recorded struct {
	try        schema.Try
	submission schema.Submission
	version    schema.Version
	course     schema.CourseVersion
	job        schema.Job
}

func refusedFor(r refusal) outcome { return outcome{kind: outcomeRefused, refusal: r} }

// failedPush returns the outcome of a push that ended before git received it: the server is stopping,
// the session was revoked, or there was an internal error.
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

// errPanic is the error of a push whose handling panicked. The log has the details.
var errPanic = errors.New("panic")
