package gitd

import (
	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// head is what a push shows first.
func (s *Server) head(sub *schema.Submission, t *target) []string {
	h := transcript.Head{
		Course: t.path.Course, Title: t.assignment.Name, Number: sub.Name.Number, TryOut: sub.TryOut,
		Received: sub.ReceivedAt, Now: s.Clock().In(t.zone()), Commit: sub.Commit,
	}
	if t.spec != nil {
		h.Timing = course.TimingOf(t.spec, sub.ReceivedAt, t.zone()).Words
		if t.spec.Title != "" {
			h.Title = t.spec.Title
		}
	}
	return h.Lines()
}

// foot says where the result stays.
func (s *Server) foot(sub *schema.Submission) []string {
	return transcript.Foot(s.page(sub.Name.String()), sub.Receipt)
}

// page is the address of a page, "" where there is no web site.
func (s *Server) page(path string) string {
	if s.WebURL == nil || s.WebURL() == "" {
		return ""
	}
	return s.WebURL() + "/" + path
}
