package transcript

import (
	"fmt"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

// Head is the first thing that a push shows: what was recorded, and when.
type Head struct {
	Course   string // its code
	Title    string // the assignment's title, or its name
	Number   int    // of the submission
	TryOut   bool   // a push of staff, which does not count
	Try      bool   // a push to the branch try, which is not handed in
	Received time.Time
	Now      time.Time // in the zone in which Received is shown
	Timing   string    // "due 23:59: on time"; "" for none
	Use      string    // of a limit: "3 of 20 today"; "" for none
	Commit   string
	Kept     bool   // received after the end, not graded
	Team     string // the team of the submission: "team blue: alice, bob"; "" for a person's
	Regraded string // what changed an earlier grade since the previous submission; "" for nothing
}

// Lines returns lines that say what was recorded, when, and what that means.
func (h Head) Lines() []string {
	number := fmt.Sprintf(": submission %d", h.Number)
	if h.Use != "" {
		number += " (" + h.Use + ")"
	}
	if h.TryOut {
		number = fmt.Sprintf(": try-out %d (not counted)", h.Number)
	}
	if h.Try {
		number = fmt.Sprintf(": try %d (not handed in)", h.Number)
	}
	local := h.Received.In(h.Now.Location())
	when := "received " + local.Format("15:04:05")
	if local.Format(time.DateOnly) != h.Now.Format(time.DateOnly) {
		when = "received " + local.Format("2006-01-02 15:04:05")
	}
	if h.Timing != "" {
		when += ", " + h.Timing
	}
	when += ". commit " + ShortCommit(h.Commit)
	lines := append([]string{Truncate(h.title(), Width-Columns(number)) + number}, Wrap(when, Width)...)
	if h.Team != "" {
		lines = append(lines, Wrap("for "+schema.Sanitize(h.Team), Width)...)
	}
	if h.Regraded != "" {
		lines = append(lines, Wrap(h.Regraded, Width)...)
	}
	if h.Kept {
		lines = append(lines, Wrap("Kept but not graded; it counts only if your instructor grants an extension.", Width)...)
	}
	return lines
}

// TryFoot returns lines for the end of a try. They say that nothing was handed in, and how to hand
// in.
func TryFoot(push string) []string {
	return []string{"This was a try: nothing was handed in, nothing was counted.", "To hand it in:", "    " + push}
}

// title returns an assignment's name for people: "COMP2402 A1 Linked lists".
func (h Head) title() string {
	name := strings.Replace(h.Title, ": ", " ", 1)
	return schema.Sanitize(strings.ToUpper(h.Course) + " " + strings.Join(strings.Fields(name), " "))
}

// NewerStarter returns lines that say that the starter was corrected and how to get it. It returns
// nil if pull is "".
func NewerStarter(pull string) []string {
	if pull == "" {
		return nil
	}
	return []string{"The starter was corrected after you began. To merge it:", "    " + pull}
}

// ShortCommit returns an abbreviated commit.
func ShortCommit(commit string) string { return commit[:min(7, len(commit))] }

// Foot returns lines with the addresses of the page and the receipt. Either may be "".
func Foot(page, receipt string) []string {
	if receipt != "" {
		receipt = "receipt " + receipt
	}
	switch {
	case page == "" && receipt == "":
		return nil
	case page == "" || receipt == "":
		return []string{page + receipt}
	case Columns(page)+2+Columns(receipt) <= Width:
		return []string{page + "  " + receipt}
	}
	return []string{page, receipt} // an address is never broken
}
