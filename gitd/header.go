package gitd

import (
	"fmt"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// header is what a push reads at once: what was recorded, and when.
func (s *Server) header(sub *schema.Submission, t *target) []string {
	number := fmt.Sprintf(": submission %d", sub.Name.Number)
	if sub.TryOut {
		number = fmt.Sprintf(": try-out %d (not counted)", sub.Name.Number)
	}
	local := sub.ReceivedAt.In(t.zone())
	when := "received " + local.Format("15:04:05")
	if local.Format(time.DateOnly) != s.Clock().In(t.zone()).Format(time.DateOnly) {
		when = "received " + local.Format("2006-01-02 15:04:05")
	}
	if t.spec != nil {
		when += ", " + course.TimingOf(t.spec, sub.ReceivedAt, t.zone()).Words
	}
	when += ". commit " + short(sub.Commit)
	return append([]string{clip(title(t), lineWidth-columns(number)) + number}, wrap(when, lineWidth)...)
}

// title names an assignment to people: "COMP2402 A1 Linked lists".
func title(t *target) string {
	name := t.assignment.Name
	if t.spec != nil && t.spec.Title != "" {
		name = strings.Replace(t.spec.Title, ": ", " ", 1)
	}
	return schema.Sanitize(strings.ToUpper(t.path.Course) + " " + strings.Join(strings.Fields(name), " "))
}

// footer is where the result stays: its page and its receipt.
func (s *Server) footer(sub *schema.Submission) []string {
	page := s.page(sub.Name.String())
	receipt := ""
	if sub.Receipt != "" {
		receipt = "receipt " + sub.Receipt
	}
	switch {
	case page == "" && receipt == "":
		return nil
	case page == "" || receipt == "":
		return []string{page + receipt}
	case columns(page)+2+columns(receipt) <= lineWidth:
		return []string{page + "  " + receipt}
	}
	return []string{page, receipt} // an address is never broken
}

// page is the address of a page, "" where there is no web site.
func (s *Server) page(path string) string {
	if s.WebURL == nil || s.WebURL() == "" {
		return ""
	}
	return s.WebURL() + "/" + path
}

// waiting says, as the wait begins, that leaving is harmless. Of a job that has
// ended there is nothing to wait for.
func waiting(job *schema.Job, again bool) []string {
	switch {
	case job.State.Ended():
		return nil
	case again:
		return []string{"Ctrl-C cancels nothing: push again to see these lines again."}
	}
	return []string{"Ctrl-C cancels nothing."}
}

// stopping is what who waits reads when the server stops.
func stopping(again bool) []string {
	if again {
		return []string{"The server is restarting; your push is kept and will be graded.", "Push again in a moment to watch: nothing is sent twice."}
	}
	return []string{"The server is restarting; the grading goes on.", "Repeat the command in a moment to watch."}
}

func placeLines(p schema.Place) []string {
	if p.Stalled != "" {
		return wrap("waiting: "+oneLine(p.Stalled), lineWidth)
	}
	line := "waiting: you are next"
	switch {
	case p.More:
		line = fmt.Sprintf("waiting: more than %d ahead of you", p.Ahead)
	case p.Ahead > 0:
		line = fmt.Sprintf("waiting: %d ahead of you", p.Ahead)
	}
	if p.Estimate >= time.Second {
		line += ", about " + about(p.Estimate)
	}
	return []string{line}
}

// about rounds an estimate: nobody is promised seconds of minutes.
func about(d time.Duration) string {
	if d < 2*time.Minute {
		return fmt.Sprintf("%d s", int(d.Round(time.Second).Seconds()))
	}
	return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
}
