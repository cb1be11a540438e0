package transcript

import (
	"fmt"
	"time"

	"github.com/grader/grader/schema"
)

// Waiting returns the lines that tell a student, as the wait begins, that leaving cancels nothing.
// again says that pushing again shows these lines again. It returns nil for a job that has ended.
func Waiting(state schema.State, again bool) []string {
	switch {
	case state.Ended():
		return nil
	case again:
		return []string{"Ctrl-C cancels nothing: push again to see these lines again."}
	}
	return []string{"Ctrl-C cancels nothing."}
}

// NothingSent returns lines for a client that sent nothing to a repository without pushes. git
// reports "stale info" if the client expects a branch here, such as the starter's.
func NothingSent(push string) []string {
	return []string{
		"grader: nothing was sent, and nothing was pushed here before.",
		`If git says "stale info" now, push without --force-with-lease:`, "    " + push,
	}
}

// NoAnswer returns lines for a client that ended before it sent its list. git does so in a SHA-256
// repository, with a message that few people understand.
func NoAnswer(assignment, remote string) []string {
	dir := "../" + assignment + "-sha1"
	git := "    git --git-dir=" + dir + "/.git --work-tree=. "
	return []string{
		"grader: git ended without a push. If this is a SHA-256 repository:",
		"only SHA-1 is accepted. To hand in a copy of your files:",
		"    git init -q --object-format=sha1 -b main " + dir,
		git + "add -A",
		git + `commit -q -m "My work"`,
		git + "push " + remote + " main",
	}
}

// NothingNew returns lines that follow the result of main for a client that sent nothing. Either
// main is up to date, or git refused to send another history. The server cannot tell which.
func NothingNew(force string) []string {
	return []string{
		"That was main as it is here. If git says \"rejected\" now, it sent",
		"nothing, and your new commits were not graded. To hand them in:", "    " + force,
	}
}

// Stopping returns lines for waiting people when the server stops.
func Stopping(again bool) []string {
	if again {
		return []string{"The server is restarting; your push is kept and will be graded.", "Push again in a moment to watch: nothing is sent twice."}
	}
	return []string{"The server is restarting; the grading goes on.", "Repeat the command in a moment to watch."}
}

// Place returns the lines about a job's place in the queue.
func Place(p schema.Place) []string {
	if p.Stalled != "" {
		return Wrap("waiting: "+OneLine(p.Stalled), Width)
	}
	line := "waiting: you are next"
	switch {
	case p.More:
		line = fmt.Sprintf("waiting: more than %d ahead of you", p.Ahead)
	case p.Ahead > 0:
		line = fmt.Sprintf("waiting: %d ahead of you", p.Ahead)
	}
	if p.Estimate >= time.Second {
		line += ", about " + estimate(p.Estimate)
	}
	return []string{line}
}

// estimate rounds a duration, because seconds in a wait of minutes would suggest a precision that
// does not exist.
func estimate(d time.Duration) string {
	if d < 2*time.Minute {
		return fmt.Sprintf("%d s", int(d.Round(time.Second).Seconds()))
	}
	return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
}
